import { describe, expect, test } from 'vitest'
import { dayTotals } from '../../../src/digests/reconciliation.repo.ts'
import { secretId } from '../../../src/subscribers/links.ts'
import { useDigestWorld } from '../../support/digest-world.ts'

// 24 November 2026 is a Tuesday. Subscribers of these tests confirmed the day before, after their hour.
const world = useDigestWorld()
const { addSubscriber, addPapers, plan, digestsOf } = world

const NONE = { due: 0, planned: 0, nothingMatched: 0, paused: 0, missed: 0 }

const outcomesOf = async (subscriberId: string) =>
  Object.fromEntries(
    Object.entries(await digestsOf(subscriberId)).map(([date, { outcome }]) => [date, outcome]),
  )

const messages = () => world.db.message.count()

describe('the outcome of a due date', () => {
  test('is planned, with a digest, its papers and its message', async () => {
    await addSubscriber('ann', { topics: ['attention'] })
    await addPapers('2026-11-24', ['Linear attention', 'Robots'], 7)
    expect(await plan('2026-11-24T08:00:00Z')).toEqual({ ...NONE, due: 1, planned: 1 })
    expect((await digestsOf('ann'))['2026-11-24']).toMatchObject({
      outcome: 'planned',
      fromPaper: 0,
      toPaper: 2,
      titles: ['Linear attention'],
      matched: 1,
      state: 'ready',
      content: {
        localDate: '2026-11-24',
        bestOf: null,
        more: 0,
        sections: [
          {
            topic: 'attention',
            topicId: expect.any(Number),
            papers: [
              {
                title: [
                  { text: 'Linear ', marked: false },
                  { text: 'attention', marked: true },
                ],
                reason: { kind: 'match', found: { title: ['attention'] } },
                votes: 7,
                day: '2026-11-24',
              },
            ],
          },
        ],
      },
    })
    expect(await world.db.message.findFirstOrThrow()).toMatchObject({
      kind: 'digest',
      dedupe: 'ann:2026-11-24',
      subscriberId: 'ann',
      toAddress: 'ann@reader.example',
      secretId: secretId(world.config.APP_SECRET[0]!),
      datedAt: new Date('2026-11-24T08:00:00Z'),
      nextTry: new Date('2026-11-24T08:00:00Z'),
      deadline: new Date('2026-11-25T04:00:00Z'),
      content: { format: 'html', detail: 'full', epoch: 0, confirmedOn: '2026-11-23' },
    })
  })

  test('is nothing_matched without a message, and its papers count as considered', async () => {
    await addSubscriber('ann', { topics: ['robots'] })
    await addPapers('2026-11-24', ['Linear attention'])
    expect(await plan('2026-11-24T08:00:00Z')).toEqual({ ...NONE, due: 1, nothingMatched: 1 })
    expect((await digestsOf('ann'))['2026-11-24']).toMatchObject({
      outcome: 'nothing_matched',
      toPaper: 1,
      titles: [],
      state: null,
    })
  })

  test('is nothing_matched if there is no paper at all', async () => {
    await addSubscriber('ann', { topics: ['robots'] })
    await addSubscriber('ben')
    expect(await plan('2026-11-24T08:00:00Z')).toEqual({ ...NONE, due: 2, nothingMatched: 2 })
  })

  test('is paused until the pause ends', async () => {
    await addSubscriber('ann', { topics: ['robots'], state: 'paused', pausedUntil: '2026-11-26' })
    await addSubscriber('ben', { topics: ['robots'], state: 'paused' })
    await addPapers('2026-11-24', ['Robots'])
    await plan('2026-11-24T08:00:00Z')
    expect(await plan('2026-11-25T08:00:00Z')).toEqual({ ...NONE, due: 2, paused: 2 })
    expect(await plan('2026-11-26T08:00:00Z')).toEqual({ ...NONE, due: 2, planned: 1, paused: 1 })
    expect(await outcomesOf('ann')).toEqual({
      '2026-11-24': 'paused',
      '2026-11-25': 'paused',
      '2026-11-26': 'planned',
    })
    expect((await digestsOf('ann'))['2026-11-26']!.titles).toEqual(['Robots'])
    expect(await world.db.subscriber.findUniqueOrThrow({ where: { id: 'ann' } })).toMatchObject({
      state: 'active',
      pausedUntil: null,
    })
    expect(await world.db.consent.findMany()).toMatchObject([
      { subscriberId: 'ann', at: new Date('2026-11-26T08:00:00Z'), event: 'resumed', how: 'pause ended' },
    ])
  })

  test.each(['pending', 'unsubscribed', 'suppressed'] as const)(
    'does not exist for a subscriber who is %s',
    async (state) => {
      await addSubscriber('ann', { state })
      expect(await plan('2026-11-24T08:00:00Z')).toEqual(NONE)
      expect(await digestsOf('ann')).toEqual({})
    },
  )
})

describe('`planDigests`', () => {
  test('plans nothing before the hour, and nothing twice after it', async () => {
    await addSubscriber('ann', { topics: ['robots'] })
    await addPapers('2026-11-24', ['Robots'])
    expect(await plan('2026-11-24T07:59:59.999Z')).toEqual(NONE)
    expect((await plan('2026-11-24T08:00:00Z')).planned).toBe(1)
    expect(await plan('2026-11-24T08:01:00Z')).toEqual(NONE)
    expect(await messages()).toBe(1)
  })

  test('plans each subscriber at the hour of their own zone', async () => {
    await addSubscriber('tokyo', { zone: 'Asia/Tokyo' })
    await addSubscriber('paris', { zone: 'Europe/Paris' })
    await plan('2026-11-23T23:00:00Z')
    expect([await outcomesOf('tokyo'), await outcomesOf('paris')]).toEqual([
      { '2026-11-24': 'nothing_matched' },
      {},
    ])
    await plan('2026-11-24T07:00:00Z')
    expect(await outcomesOf('paris')).toEqual({ '2026-11-24': 'nothing_matched' })
  })

  test('plans a digest up to 20 hours late; then it is missed, and the next one has its papers', async () => {
    await addSubscriber('ann', { topics: ['robots'] })
    await addSubscriber('ben', { topics: ['robots'], zone: 'Europe/Paris' })
    await addPapers('2026-11-24', ['Robots'])
    // 08:00 in Paris is 07:00 UTC: for Ben 20 hours are over, for Ann they are not.
    expect(await plan('2026-11-25T03:59:59.999Z')).toEqual({ ...NONE, due: 2, planned: 1, missed: 1 })
    expect(await outcomesOf('ann')).toEqual({ '2026-11-24': 'planned' })
    expect(await outcomesOf('ben')).toEqual({ '2026-11-24': 'missed' })
    await plan('2026-11-25T08:00:00Z')
    expect((await digestsOf('ben'))['2026-11-25']!.titles).toEqual(['Robots'])
  })

  test('plans a date that the operator requests, however late', async () => {
    await addSubscriber('ann', { topics: ['robots'] })
    await addPapers('2026-11-24', ['Robots'])
    expect(await plan('2026-11-29T12:00:00Z', '2026-11-24')).toEqual({ ...NONE, due: 1, planned: 1 })
    expect(await world.db.message.findFirstOrThrow()).toMatchObject({
      dedupe: 'ann:2026-11-24',
      deadline: new Date('2026-11-30T08:00:00Z'),
    })
    expect(await plan('2026-11-29T12:00:00Z', '2026-11-24')).toEqual(NONE)
  })

  test('refuses a requested date that is in the future or not a day of the subscriber', async () => {
    await addSubscriber('ann', { days: ['mon'] })
    await addSubscriber('ben')
    await plan('2026-11-29T12:00:00Z')
    expect(await plan('2026-11-29T12:00:00Z', '2026-11-30')).toEqual(NONE)
    expect(await plan('2026-11-29T12:00:00Z', '2026-11-26')).toEqual(NONE)
    expect(await plan('2026-11-29T12:00:00Z', '2026-11-23')).toEqual(NONE)
  })
})

describe('after an outage, `planDigests`', () => {
  test('plans only the newest digest of two days, and the others are missed', async () => {
    await addSubscriber('ann', { topics: ['robots'] })
    await addSubscriber('ben', { topics: ['robots'], days: ['wed', 'fri'] })
    await addPapers('2026-11-24', ['Robots on Tuesday'])
    await addPapers('2026-11-25', ['Robots on Wednesday'])
    expect(await plan('2026-11-26T08:30:00Z')).toEqual({ ...NONE, due: 4, planned: 1, missed: 3 })
    expect(await outcomesOf('ann')).toEqual({
      '2026-11-24': 'missed',
      '2026-11-25': 'missed',
      '2026-11-26': 'planned',
    })
    expect((await digestsOf('ann'))['2026-11-26']!.titles).toEqual([
      'Robots on Wednesday',
      'Robots on Tuesday',
    ])
    expect(await outcomesOf('ben')).toEqual({ '2026-11-25': 'missed' })
    expect(await messages()).toBe(1)
  })

  test('records no missed date for a paused subscriber', async () => {
    await addSubscriber('ann', { state: 'paused' })
    await plan('2026-11-26T08:30:00Z')
    expect(await outcomesOf('ann')).toEqual({
      '2026-11-24': 'paused',
      '2026-11-25': 'paused',
      '2026-11-26': 'paused',
    })
  })

  test('records missed dates of the last 60 days', async () => {
    await addSubscriber('ann', { confirmedAt: '2026-01-01T09:00:00Z' })
    expect(await plan('2026-11-24T08:30:00Z')).toEqual({ ...NONE, due: 61, nothingMatched: 1, missed: 60 })
    expect(Object.keys(await digestsOf('ann'))[0]).toBe('2026-09-25')
  })

  test.each([
    ['1 hour', '2026-11-24T09:00:00Z', 'nothing_matched', 1],
    ['26 hours', '2026-11-25T10:00:00Z', 'nothing_matched', 2],
    ['8 days', '2026-12-02T08:00:00Z', 'nothing_matched', 9],
  ])('plans up to one digest, after %s', async (_what, now, outcome, dates) => {
    await addSubscriber('ann')
    await plan(now)
    const outcomes = Object.values(await outcomesOf('ann'))
    expect(outcomes).toEqual([...Array(dates - 1).fill('missed'), outcome])
  })
})

describe('a subscriber who changes their hour or zone', () => {
  const change = (data: object) => world.db.subscriber.update({ where: { id: 'ann' }, data })

  test('gets no second digest of the same date', async () => {
    await addSubscriber('ann')
    await plan('2026-11-24T08:00:00Z')
    await change({ hour: 10, startDate: new Date('2026-11-24') })
    expect(await plan('2026-11-24T10:00:00Z')).toEqual(NONE)
    await change({ zone: 'America/Los_Angeles', hour: 1, startDate: new Date('2026-11-23') })
    expect(await plan('2026-11-24T11:00:00Z')).toEqual(NONE)
  })

  test('never gets a digest of an earlier date', async () => {
    await addSubscriber('ann', { zone: 'Pacific/Auckland', confirmedAt: '2026-11-22T20:00:00Z' })
    await plan('2026-11-23T19:00:00Z')
    expect(await outcomesOf('ann')).toEqual({ '2026-11-24': 'nothing_matched' })
    // In Honolulu it is still Monday.
    await change({ zone: 'Pacific/Honolulu' })
    expect(await plan('2026-11-23T20:00:00Z')).toEqual(NONE)
  })

  test('is planned with the subscribers of the new hour, if it has passed', async () => {
    await addSubscriber('ann', { hour: 12 })
    await addSubscriber('ben')
    await plan('2026-11-24T08:00:00Z')
    await change({ hour: 8 })
    expect(await plan('2026-11-24T08:30:00Z')).toEqual({ ...NONE, due: 1, nothingMatched: 1 })
    expect(await dayTotals(world.db, '2026-11-24')).toMatchObject({ due: 2, nothingMatched: 2 })
  })
})

test('a digest has the state of the sources', async () => {
  await addSubscriber('ann', { topics: ['robots'] })
  await addPapers('2026-11-24', ['Robots'])
  await world.db.sourceDay.create({
    data: { source: 'huggingface', day: new Date('2026-11-24'), state: 'fresh', papers: 31 },
  })
  await plan('2026-11-24T08:00:00Z')
  expect((await digestsOf('ann'))['2026-11-24']!.content!.sources).toEqual([
    { source: 'huggingface', brought: 31 },
  ])
})

test('`planDigests` parses a query of an older grammar again', async () => {
  await addSubscriber('ann', { topics: ['robots'] })
  await addPapers('2026-11-24', ['Robots'])
  const old = { kind: 'word', field: 'any', text: 'nonsense' }
  await world.db.query.updateMany({ data: { grammar: 0, tree: old } })
  expect((await plan('2026-11-24T08:00:00Z')).planned).toBe(1)
})

describe('a query that cannot be read', () => {
  const breakQuery = () =>
    world.db.query.updateMany({ where: { text: 'gated' }, data: { tree: { kind: 'word', field: 'any' } } })

  test('is left out, and its subscriber gets the other topics', async () => {
    await addSubscriber('ann', { topics: ['gated', 'robots'] })
    await addPapers('2026-11-24', ['Robots'])
    await breakQuery()
    expect(await plan('2026-11-24T08:00:00Z')).toEqual({ ...NONE, due: 1, planned: 1 })
    expect(world.logged).toContainEqual(expect.objectContaining({ event: 'digests.failed', queryId: 1 }))
  })

  test('delays only its own digest as the only topic, which is missed after 20 hours', async () => {
    await addSubscriber('ann', { topics: ['gated'], hour: 7 })
    await addSubscriber('ben', { topics: ['robots'], hour: 7 })
    await addSubscriber('cem', { topics: ['robots'] })
    await addPapers('2026-11-24', ['Robots'])
    await breakQuery()
    expect(await plan('2026-11-24T08:00:00Z')).toEqual({ ...NONE, due: 2, planned: 2 })
    expect(await outcomesOf('ann')).toEqual({ '2026-11-24': 'due' })
    expect(world.logged).toContainEqual(
      expect.objectContaining({ level: 'error', event: 'digests.failed', planId: 1, digestId: 1 }),
    )
    expect(await plan('2026-11-25T03:00:00Z')).toEqual({ ...NONE, due: 1, missed: 1 })
    expect(await dayTotals(world.db, '2026-11-24')).toMatchObject({ due: 3, planned: 2, missed: 1 })
  })
})

test('a plan that fails does not stop the other plans, and is reported at the end', async () => {
  await addSubscriber('ann', { topics: ['robots'], hour: 7 })
  await addSubscriber('ben', { topics: ['robots'] })
  await addPapers('2026-11-24', ['Robots'])
  await world.db.$executeRaw`
    create function fail_finish() returns trigger language plpgsql as $$ begin raise 'no finish'; end $$`
  await world.db.$executeRaw`
    create trigger fail_finish before update of planned_at on plan for each row
    when (new.hour = 7 and new.planned_at is not null) execute function fail_finish()`
  await expect(plan('2026-11-24T08:00:00Z')).rejects.toThrow('no finish')
  await world.db.$executeRaw`drop trigger fail_finish on plan`
  await world.db.$executeRaw`drop function fail_finish`
  expect(await outcomesOf('ben')).toEqual({ '2026-11-24': 'planned' })
  expect(world.logged).toContainEqual(expect.objectContaining({ event: 'digests.failed', planId: 1 }))
})

test('a subscriber who is erased between the hour and the plan gets nothing, and the totals add up', async () => {
  await addSubscriber('ann', { topics: ['robots'] })
  await addPapers('2026-11-24', ['Robots'])
  await world.db.$executeRaw`
    insert into plan (zone, hour, days, local_date, due_at, max_paper_id, due)
    values ('UTC', 8, 'mon,tue,wed,thu,fri,sat,sun', '2026-11-24', '2026-11-24T08:00:00Z', 1, 1)`
  await world.db.$executeRaw`
    insert into digest (plan_id, subscriber_id, local_date, due_at, outcome, papers, created_at)
    select id, 'ann', local_date, due_at, 'due', '{}', due_at from plan`
  await world.db.$executeRaw`
    update subscriber set state = 'unsubscribed', address = null, address_key = null, address_hash = null,
      erased_at = '2026-11-24T08:00:01Z'`
  expect(await plan('2026-11-24T08:01:00Z')).toEqual({ ...NONE, due: 1, nothingMatched: 1 })
  expect(await messages()).toBe(0)
})
