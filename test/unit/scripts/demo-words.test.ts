import { expect, test } from 'vitest'
import { describeDay, describeSent, minuteOf } from '../../../scripts/demo/words.ts'
import { longDateWithoutYear } from '../../../src/i18n/dates.ts'

const NOTHING = { planned: 0, nothingMatched: 0, emails: [] }
const demo = { now: () => new Date('2026-12-01T07:00:00Z'), today: () => '2026-12-01' as const }

test('`describeSent` names the key or button for new papers if no subscriber is due', () => {
  expect(describeSent(NOTHING, 'press n')).toContain('press n')
  expect(describeSent(NOTHING, 'press “Next day”')).toContain('press “Next day”')
})

test('`describeDay` names the weekday, and the time', () => {
  for (const clockMoved of [false, true]) {
    const line = describeDay({ clockMoved }, demo)
    expect(line).toContain(
      clockMoved ? longDateWithoutYear(demo.today()) : longDateWithoutYear(demo.today()).split(' ')[0]!,
    )
    expect(line).toContain(minuteOf(demo.now()))
  }
  expect(describeDay({ clockMoved: true }, demo)).not.toBe(describeDay({ clockMoved: false }, demo))
})

test('`describeDay` names the command to start again once there are no more papers', () => {
  expect(describeDay(undefined, demo)).toContain('npm run demo -- --reset')
})
