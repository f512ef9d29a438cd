import { describe, expect, test } from 'vitest'
import { addDays, type Day } from '../../../src/core/dates.ts'
import { emailedWeeks } from '../../../src/digests/earlier-digest.repo.ts'
import { useDigestWorld } from '../../support/digest-world.ts'

const world = useDigestWorld()
/** The first Monday of a quarter. */
const MONDAY = '2027-01-04'

/** Sends Ann a digest with so many papers on each of some days before a Monday, and plans the next one. */
async function sendDays(
  count: number,
  { papers = 1, until = MONDAY }: { papers?: number; until?: Day } = {},
) {
  for (let ago = count; ago >= 0; ago--) {
    const day = addDays(until, -ago)
    await world.addPapers(
      day,
      Array.from({ length: papers }, (_, i) => `Robots of ${day}, part ${i + 1}`),
    )
    await world.plan(`${day}T08:05:00Z`)
    if (ago > 0) await world.end('ann', day, 'accepted')
  }
  const where = { kind: 'digest', dedupe: `ann:${until}` }
  const { content } = await world.db.message.findFirstOrThrow({ where })
  return (content as { lastWeek?: object }).lastWeek
}

describe('the digest of the first Monday of a quarter', () => {
  test('has the size of the last week, if one email would have had its papers', async () => {
    await world.addSubscriber('ann', { topics: ['robots'] })
    expect(await sendDays(4)).toEqual({ emails: 4, papers: 4 })
  })

  test.each([
    ['fewer than three emails', { topics: ['robots'] }, 2, 1],
    ['more than two papers in each email', { topics: ['robots'] }, 4, 3],
    ['more papers than an email has', { topics: ['robots'], max: 3 }, 4, 1],
  ])('has no size of a week with %s', async (_what, options, days, papers) => {
    await world.addSubscriber('ann', options)
    expect(await sendDays(days, { papers })).toBeUndefined()
  })
})

test('counts only papers that matched, and those that did not fit into an email', async () => {
  await world.addSubscriber('ann', { topics: ['robots'] })
  await sendDays(4)
  const sent = { localDate: { lt: new Date(MONDAY) } }
  await world.db.digest.updateMany({ where: sent, data: { matched: 2 } })
  const where = { subscriberIds: ['ann'], from: addDays(MONDAY, -7), before: MONDAY }
  expect(await emailedWeeks(world.db, where)).toEqual([{ subscriberId: 'ann', emails: 4, papers: 8 }])
})

test.each([
  ['another weekday', '2027-01-05'],
  ['the second Monday of a quarter', '2027-01-11'],
  ['the first Monday of another month', '2026-12-07'],
])('the digest of %s has no size of a week', async (_what, until) => {
  await world.addSubscriber('ann', { topics: ['robots'] })
  expect(await sendDays(4, { until })).toBeUndefined()
})
