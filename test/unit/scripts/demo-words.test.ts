import { expect, test } from 'vitest'
import { describeDay, describeSent } from '../../../scripts/demo/words.ts'

const NOTHING = { planned: 0, nothingMatched: 0, emails: [] }
const demo = { now: () => new Date('2026-12-01T07:00:00Z'), today: () => '2026-12-01' as const }

test('`describeSent` names the key or button for new papers if nobody is due', () => {
  expect(describeSent(NOTHING, 'press n')).toContain('press n ')
  expect(describeSent(NOTHING, 'press “Next day”')).toContain('press “Next day” ')
})

test('`describeDay` names the weekday, and no new time, if the clock did not move', () => {
  expect(describeDay({ clockMoved: false }, demo)).toMatch(
    /^Tuesday’s papers are here now; .*The clock stays/,
  )
  expect(describeDay({ clockMoved: true }, demo)).toMatch(/^It is now Tuesday 1 December, 07:00 UTC\. /)
})

test('`describeDay` names the command to start again once there are no more papers', () => {
  expect(describeDay(undefined, demo)).toContain('npm run demo -- --reset')
})
