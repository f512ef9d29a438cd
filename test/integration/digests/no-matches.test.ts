import { describe, expect, test } from 'vitest'
import { withSubscriber } from '../../../src/account/find-subscriber.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { addDays, type Day, dayOf, midnight } from '../../../src/core/dates.ts'
import { applyChange } from '../../../src/digests/apply-change.ts'
import type { NoMatchesMessage } from '../../../src/digests/no-matches.ts'
import { leavesOf, type Query } from '../../../src/queries/query.ts'
import { useDigestWorld } from '../../support/digest-world.ts'

const world = useDigestWorld()
const SEEKER = { topics: ['unobtainium'] }

/** The dates on which a subscriber got the email without matches. */
async function notesOf(subscriberId: string): Promise<Day[]> {
  const rows = await world.db.message.findMany({
    where: { subscriberId, kind: 'note' },
    orderBy: { datedAt: 'asc' },
  })
  return rows.map(({ datedAt }) => dayOf(datedAt))
}

/** Plans the days from one date to another, each at 8:05 UTC, after a paper on another subject was listed. */
async function planDays(from: Day, to: Day, papersOf = (day: Day) => [`Cooking on ${day}`]): Promise<void> {
  for (let day = from; day <= to; day = addDays(day, 1)) {
    await world.addPapers(day, papersOf(day))
    await world.plan(`${day}T08:05:00Z`)
  }
}

const planEmptyDays = (from: Day, to: Day): Promise<void> => planDays(from, to, () => [])

/** Changes Ann's topics, under names that no earlier topic had. */
function changeTopics(at: string, queries: string[]): Promise<unknown> {
  const deps = { ...world.deps, clock: stoppedClock(new Date(at)) }
  const topics = queries.map((query) => ({ name: `${query} ${at}`, query }))
  return withSubscriber(deps, { email: 'ann@reader.example' }, ({ tx, subscriber, now }) =>
    applyChange(tx, { subscriber, changes: { topics }, how: 'page', now }),
  )
}

describe('the email without matches', () => {
  test('is enqueued on the fifth due date in a row that had papers and no match', async () => {
    await world.addSubscriber('ann', SEEKER)
    await planDays('2026-11-24', '2026-11-27')
    expect(await notesOf('ann')).toEqual([])
    await world.addPapers('2026-11-28', ['Linear Attention'])
    const { nothingMatched, planned } = await world.plan('2026-11-28T08:05:00Z')
    expect([nothingMatched, planned]).toEqual([1, 0])
    expect(await notesOf('ann')).toEqual(['2026-11-28'])
    const note = await world.db.message.findFirstOrThrow({ where: { kind: 'note' } })
    expect(note).toMatchObject({ digestId: null, deadline: new Date('2026-11-29T04:00:00Z'), state: 'ready' })
    expect(note.content).toMatchObject({
      localDate: '2026-11-28',
      since: '2026-11-24',
      dates: 5,
      topics: ['unobtainium'],
      confirmedOn: '2026-11-23',
      epoch: 0,
    } satisfies Partial<NoMatchesMessage>)
    expect((await world.digestsOf('ann'))['2026-11-28']).toMatchObject({
      outcome: 'nothing_matched',
      state: null,
    })
    const batch = await world.db.batch.findFirstOrThrow()
    expect(batch.lane).toBe('bulk')
  })

  test('has the nearest papers, round robin over the topics', async () => {
    await world.addSubscriber('ann', { topics: ['linear attention', 'title:robots "warm hands"', 'graphs'] })
    await world.addPapers('2026-11-23', ['Graphs'])
    await world.addPapers('2026-11-25', ['Nonlinear Attention', 'Linear Models', 'Robots', 'Cooking'], 9)
    await planDays('2026-11-24', '2026-11-24')
    await world.end('ann', '2026-11-24', 'accepted')
    await planDays('2026-11-25', '2026-11-29')
    const note = await world.db.message.findFirstOrThrow({ where: { kind: 'note' } })
    const { nearest } = note.content as unknown as NoMatchesMessage
    const firstTerms = (parts: Query[]) => parts.map((part) => leavesOf(part)[0])
    expect(
      nearest.map(({ title, gap }) => [title, firstTerms(gap.has), firstTerms(gap.missing)]),
    ).toMatchObject([
      ['Nonlinear Attention', [{ text: 'attention' }], [{ text: 'linear' }]],
      ['Robots', [{ text: 'robots', field: 'title' }], [{ text: 'warm hands' }]],
      ['Linear Models', [{ text: 'linear' }], [{ text: 'attention' }]],
    ])
    expect((await world.digestsOf('ann'))['2026-11-29']).toMatchObject({ titles: [], matched: 0 })
  })

  test('is enqueued once in 30 days', async () => {
    await world.addSubscriber('ann', SEEKER)
    await planDays('2026-11-24', '2027-01-28')
    expect(await notesOf('ann')).toEqual(['2026-11-28', '2026-12-28', '2027-01-27'])
    const third = await world.db.message.findFirstOrThrow({ orderBy: { datedAt: 'desc' } })
    expect(third.content).toMatchObject({ since: '2026-11-24', dates: 65 })
  }, 60_000)

  test('counts from zero after a digest', async () => {
    await world.addSubscriber('ann', SEEKER)
    await planDays('2026-11-24', '2026-11-27')
    await world.addPapers('2026-11-27', ['Unobtainium at Last'])
    await planDays('2026-11-28', '2026-11-28')
    await world.end('ann', '2026-11-28', 'accepted')
    await planDays('2026-11-29', '2026-12-02')
    expect(await notesOf('ann')).toEqual([])
    await planDays('2026-12-03', '2026-12-03')
    expect(await notesOf('ann')).toEqual(['2026-12-03'])
  })

  test('counts from zero after a new confirmation', async () => {
    await world.addSubscriber('ann', SEEKER)
    await planDays('2026-11-24', '2026-11-27')
    await world.db.subscriber.update({
      where: { id: 'ann' },
      data: { confirmedAt: new Date('2026-11-27T09:00:00Z') },
    })
    await planDays('2026-11-28', '2026-12-01')
    expect(await notesOf('ann')).toEqual([])
    await planDays('2026-12-02', '2026-12-02')
    expect(await notesOf('ann')).toEqual(['2026-12-02'])
  })

  test('does not count paused or missed dates, and continues to count after them', async () => {
    await world.addSubscriber('ann', SEEKER)
    await world.addSubscriber('bob', SEEKER)
    await planDays('2026-11-24', '2026-11-25')
    await world.db.subscriber.update({
      where: { id: 'ann' },
      data: { state: 'paused', pausedUntil: midnight('2026-11-28') },
    })
    await planDays('2026-11-26', '2026-11-27')
    // Nothing is planned on the 28th and 29th.
    await planDays('2026-11-30', '2026-12-02')
    expect(await notesOf('bob')).toEqual(['2026-11-30'])
    expect(await notesOf('ann')).toEqual(['2026-12-02'])
    const outcomes = Object.values(await world.digestsOf('ann')).map(({ outcome }) => outcome)
    expect(outcomes.filter((outcome) => outcome !== 'nothing_matched').sort()).toEqual([
      'missed',
      'missed',
      'paused',
      'paused',
    ])
  })

  test('counts from zero after a change of topics', async () => {
    await world.addSubscriber('ann', { topics: ['unobtainium', 'kryptonite'] })
    await planDays('2026-11-24', '2026-11-27')
    await changeTopics('2026-11-27T20:00:00Z', ['unobtainium', 'zeolite'])
    await planDays('2026-11-28', '2026-12-01')
    expect(await notesOf('ann')).toEqual([])
    await planDays('2026-12-02', '2026-12-02')
    const { content } = await world.db.message.findFirstOrThrow({ where: { kind: 'note' } })
    expect(content).toMatchObject({ since: '2026-11-28', dates: 5 })
  })

  test('continues to count if topics only get other names or another order', async () => {
    await world.addSubscriber('ann', { topics: ['unobtainium', 'kryptonite'] })
    await planDays('2026-11-24', '2026-11-27')
    await changeTopics('2026-11-27T20:00:00Z', ['kryptonite', 'unobtainium'])
    await planDays('2026-11-28', '2026-11-28')
    expect(await notesOf('ann')).toEqual(['2026-11-28'])
  })

  test('does not count dates before there were topics', async () => {
    await world.addSubscriber('ann')
    await planEmptyDays('2026-11-24', '2026-11-27')
    await changeTopics('2026-11-27T20:00:00Z', ['zeolite'])
    await planDays('2026-11-28', '2026-12-01')
    expect(await notesOf('ann')).toEqual([])
    await planDays('2026-12-02', '2026-12-02')
    expect(await notesOf('ann')).toEqual(['2026-12-02'])
  })

  test('does not count dates without papers, and continues to count after them', async () => {
    await world.addSubscriber('ann', SEEKER)
    await planEmptyDays('2026-11-24', '2026-11-30')
    expect(await notesOf('ann')).toEqual([])
    await planDays('2026-12-01', '2026-12-04')
    await planEmptyDays('2026-12-05', '2026-12-06')
    expect(await notesOf('ann')).toEqual([])
    await planDays('2026-12-07', '2026-12-07')
    const { content } = await world.db.message.findFirstOrThrow({ where: { kind: 'note' } })
    expect(content).toMatchObject({ localDate: '2026-12-07', since: '2026-12-01', dates: 5 })
  })

  test('is not enqueued for subscribers without topics', async () => {
    await world.addSubscriber('ann')
    await planEmptyDays('2026-11-24', '2026-11-29')
    expect(await notesOf('ann')).toEqual([])
  })

  test('is enqueued once, also if five processes plan at the same time', async () => {
    for (let n = 0; n < 30; n++) await world.addSubscriber(`s${n}`, SEEKER)
    await planDays('2026-11-24', '2026-11-27')
    await world.addPapers('2026-11-28', ['Linear Attention'])
    const results = await Promise.all(Array.from({ length: 5 }, () => world.plan('2026-11-28T08:05:00Z')))
    expect(results.reduce((sum, { nothingMatched }) => sum + nothingMatched, 0)).toBe(30)
    expect(await world.db.message.count({ where: { kind: 'note' } })).toBe(30)
  }, 30_000)

  test('leaves its digest due if it cannot be enqueued, and the next planner does both', async () => {
    await world.addSubscriber('ann', SEEKER)
    await planDays('2026-11-24', '2026-11-27')
    await world.addPapers('2026-11-28', ['Linear Attention'])
    await world.db.$executeRaw`alter table message add constraint no_note check (kind <> 'note')`
    await world.plan('2026-11-28T08:05:00Z')
    await world.db.$executeRaw`alter table message drop constraint no_note`
    expect((await world.digestsOf('ann'))['2026-11-28']).toMatchObject({ outcome: 'due' })
    expect(world.logged.filter(({ event }) => event === 'digests.failed')).toHaveLength(1)
    for (const minute of ['06', '07']) await world.plan(`2026-11-28T08:${minute}:00Z`)
    expect((await world.digestsOf('ann'))['2026-11-28']).toMatchObject({ outcome: 'nothing_matched' })
    expect(await notesOf('ann')).toEqual(['2026-11-28'])
  })

  test('does not change the totals of the day', async () => {
    await world.addSubscriber('ann', SEEKER)
    await planDays('2026-11-24', '2026-11-28')
    const plan = await world.db.plan.findFirstOrThrow({ orderBy: { localDate: 'desc' } })
    expect(plan).toMatchObject({ due: 1 })
    expect(plan.closedAt).not.toBeNull()
    expect(world.logged.filter(({ level }) => level === 'error')).toEqual([])
  })
})
