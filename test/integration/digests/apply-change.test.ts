import { describe, expect, test } from 'vitest'
import { applyChange } from '../../../src/digests/apply-change.ts'
import { nextMail } from '../../../src/digests/next-mail.ts'
import { lastDigestDate } from '../../../src/digests/plan.repo.ts'
import { receiptsSince } from '../../../src/mail/outbox/receipt.repo.ts'
import { changeById, newestChanges } from '../../../src/subscribers/change.repo.ts'
import { changesToUndo, type Subscription } from '../../../src/subscribers/change.ts'
import { consentsOf } from '../../../src/subscribers/consent.repo.ts'
import { lockSubscriber, subscriberById } from '../../../src/subscribers/subscriber.repo.ts'
import type { TopicText } from '../../../src/subscribers/subscriber.ts'
import { loadSubscription, storedTopicsOf } from '../../../src/subscribers/topic.repo.ts'
import { type SubscriberOptions, useDigestWorld } from '../../support/digest-world.ts'

const world = useDigestWorld()

const change = (now: string, changes: Partial<Subscription>) =>
  world.db.$transaction(async (tx) => {
    const subscriber = (await lockSubscriber(tx, 'ann'))!
    return applyChange(tx, { subscriber, changes, how: 'page', now: new Date(now) })
  })

/** Presses the button of the change with that id. */
async function undo(now: string, id: number): Promise<number | null> {
  const subscription = await loadSubscription(world.db, (await subscriberById(world.db, 'ann'))!)
  return change(now, changesToUndo(subscription, (await changeById(world.db, id))!, '2026-11-24'))
}

const topic = (query: string, name = query): TopicText => ({ name, query })
const events = async () => (await consentsOf(world.db, 'ann')).map(({ event }) => event)

/** "2026-11-25 at 08:00" or "… now", in UTC. */
async function nextOf(now: string): Promise<string | undefined> {
  const subscriber = (await subscriberById(world.db, 'ann'))!
  const next = nextMail(subscriber, await lastDigestDate(world.db, 'ann'), new Date(now))
  return next && `${next.localDate} ${next.now ? 'now' : next.dueAt.toISOString()}`
}

describe('`applyChange`', () => {
  test('records a change of settings with the values before and after, and one consent', async () => {
    await world.addSubscriber('ann', { topics: ['diffusion'] })
    const id = await change('2026-11-24T12:00:00Z', { hour: 19, maxPapers: 5 })
    const recorded = (await changeById(world.db, id!))!
    expect(recorded).toMatchObject({ subscriberId: 'ann', how: 'page' })
    expect(recorded.before).toMatchObject({ hour: 8, maxPapers: 15, topics: [topic('diffusion')] })
    const startDate = '2026-11-25'
    expect(recorded.after).toEqual({ ...recorded.before, hour: 19, maxPapers: 5, startDate })
    expect(await subscriberById(world.db, 'ann')).toMatchObject({ hour: 19, maxPapers: 5 })
    expect(await events()).toEqual(['changed'])
  })

  test('records nothing if nothing differs', async () => {
    await world.addSubscriber('ann', { topics: ['diffusion'] })
    expect(await change('2026-11-24T12:00:00Z', { hour: 8, topics: [topic('diffusion')] })).toBeNull()
    expect(await newestChanges(world.db, 'ann', 9)).toEqual([])
    expect(await events()).toEqual([])
  })

  test('keeps the ids of topics that move, get another name or other words', async () => {
    await world.addSubscriber('ann', { topics: ['one', 'two', 'three'] })
    const [one, two, three] = await storedTopicsOf(world.db, 'ann')
    await change('2026-11-24T12:00:00Z', { topics: [topic('three'), topic('one', 'first'), topic('two')] })
    expect(await storedTopicsOf(world.db, 'ann')).toEqual([three, { ...one, name: 'first' }, two])
    await change('2026-11-24T12:01:00Z', { topics: [topic('three'), topic('four', 'first'), topic('two')] })
    expect(await storedTopicsOf(world.db, 'ann')).toEqual([
      three,
      { id: one!.id, ...topic('four', 'first') },
      two,
    ])
    expect(await events()).toEqual(['topics-added', 'topics-removed'])
  })

  test('adds and removes topics, and counts a repeated query once', async () => {
    await world.addSubscriber('ann', { topics: ['one', 'two'] })
    const [, two] = await storedTopicsOf(world.db, 'ann')
    await change('2026-11-24T12:00:00Z', { topics: [topic('two'), topic('three'), topic('two', 'again')] })
    expect(await storedTopicsOf(world.db, 'ann')).toEqual([two, expect.objectContaining(topic('three'))])
  })

  test('refuses topics of more than 24 kB in total', async () => {
    await world.addSubscriber('ann', { topics: ['one'] })
    const long = Array.from({ length: 13 }, (_, i) => topic(`${'robots '.repeat(280)}${i}`))
    await expect(change('2026-11-24T12:00:00Z', { topics: long })).rejects.toMatchObject({
      code: 'topics.too-long',
      values: { bytes: 25_496, most: 24_576 },
    })
    expect(await change('2026-11-24T12:01:00Z', { topics: long.slice(1) })).not.toBeNull()
  })

  test('changes nothing for too many topics or a query without a word', async () => {
    await world.addSubscriber('ann', { topics: ['one'] })
    const many = Array.from({ length: 21 }, (_, i) => topic(`word${i}`))
    await expect(change('2026-11-24T12:00:00Z', { hour: 9, topics: many })).rejects.toMatchObject({
      code: 'topics.too-many',
    })
    await expect(change('2026-11-24T12:00:00Z', { hour: 9, topics: [topic('(')] })).rejects.toMatchObject({
      code: /^query\./,
    })
    expect(await subscriberById(world.db, 'ann')).toMatchObject({ hour: 8 })
    expect(await storedTopicsOf(world.db, 'ann')).toMatchObject([topic('one')])
  })

  test('changes only topics of a person without a subscription', async () => {
    await world.addSubscriber('ann', { state: 'unsubscribed' })
    expect(await change('2026-11-24T12:00:00Z', { topics: [topic('one')] })).not.toBeNull()
    await expect(change('2026-11-24T12:00:00Z', { hour: 9 })).rejects.toMatchObject({
      code: 'subscriber.state',
    })
  })

  test('records a pause and its end', async () => {
    await world.addSubscriber('ann')
    await change('2026-11-24T12:00:00Z', { state: 'paused', pausedUntil: '2026-12-01' })
    expect(await subscriberById(world.db, 'ann')).toMatchObject({
      state: 'paused',
      pausedUntil: '2026-12-01',
    })
    await change('2026-11-24T12:01:00Z', { state: 'active' })
    expect(await subscriberById(world.db, 'ann')).toMatchObject({ state: 'active', pausedUntil: null })
    expect(await events()).toEqual(['paused', 'resumed'])
  })
})

// Everybody here is due at 08:00 every day unless said otherwise; 24 November 2026 is a Tuesday.
describe('after a change, the next digest', () => {
  const due = async (options: SubscriberOptions = {}) => {
    await world.addSubscriber('ann', { topics: ['diffusion'], ...options })
    await world.addPapers('2026-11-23', ['Diffusion at dawn'])
  }
  const outcomes = async () =>
    Object.entries(await world.digestsOf('ann')).map(([date, { outcome }]) => `${date} ${outcome}`)
  const dates = async () => Object.keys(await world.digestsOf('ann'))

  test('is due tomorrow for a later hour that was chosen after the digest of today', async () => {
    await due()
    await world.plan('2026-11-24T08:00:00Z')
    await change('2026-11-24T12:00:00Z', { hour: 19 })
    expect(await nextOf('2026-11-24T12:00:00Z')).toBe('2026-11-25 2026-11-25T19:00:00.000Z')
    await world.plan('2026-11-24T19:00:00Z')
    await world.plan('2026-11-25T08:00:00Z')
    expect(await outcomes()).toEqual(['2026-11-24 planned'])
    await world.plan('2026-11-25T19:00:00Z')
    expect(await dates()).toEqual(['2026-11-24', '2026-11-25'])
  })

  test('is due at once for an earlier hour that has passed, if it was chosen before the digest of today', async () => {
    await due({ hour: 19, confirmedAt: '2026-11-23T20:00:00Z' })
    await change('2026-11-24T12:00:00Z', { hour: 8 })
    expect(await nextOf('2026-11-24T12:00:00Z')).toBe('2026-11-24 now')
    await world.plan('2026-11-24T12:01:00Z')
    await world.plan('2026-11-24T19:00:00Z')
    expect(await outcomes()).toEqual(['2026-11-24 planned'])
  })

  test('is due tomorrow for an hour that passed too long ago, and today is not missed', async () => {
    await due({ hour: 23, confirmedAt: '2026-11-23T23:30:00Z' })
    await change('2026-11-24T22:30:00Z', { hour: 0 })
    expect(await nextOf('2026-11-24T22:30:00Z')).toBe('2026-11-25 2026-11-25T00:00:00.000Z')
    await world.plan('2026-11-24T23:00:00Z')
    expect(await outcomes()).toEqual([])
    await change('2026-11-24T22:40:00Z', { hour: 23 })
    await world.plan('2026-11-24T23:00:00Z')
    expect(await outcomes()).toEqual(['2026-11-24 planned'])
  })

  test('is not due on added days that have passed, and these are not missed', async () => {
    await due({ days: ['mon'], confirmedAt: '2026-11-22T12:00:00Z' })
    await world.plan('2026-11-23T08:00:00Z')
    await change('2026-11-27T12:00:00Z', { days: ['mon', 'tue', 'wed', 'thu', 'fri'] })
    expect(await nextOf('2026-11-27T12:00:00Z')).toBe('2026-11-30 2026-11-30T08:00:00.000Z')
    await world.plan('2026-11-27T12:01:00Z')
    await world.plan('2026-11-30T08:00:00Z')
    expect(await dates()).toEqual(['2026-11-23', '2026-11-30'])
  })

  test('is not due on a removed day, and a due date that was not planned is recorded', async () => {
    await due()
    await change('2026-11-26T12:00:00Z', { days: ['mon'] })
    await world.plan('2026-11-26T12:01:00Z')
    expect(await outcomes()).toEqual(['2026-11-24 missed', '2026-11-25 missed', '2026-11-26 planned'])
    expect(await nextOf('2026-11-26T12:02:00Z')).toBe('2026-11-30 2026-11-30T08:00:00.000Z')
  })

  test('is not due a second time today after a move west over the date line', async () => {
    await due({ zone: 'Pacific/Kiritimati', confirmedAt: '2026-11-22T12:00:00Z' })
    await world.plan('2026-11-23T18:00:00Z')
    expect(await outcomes()).toContain('2026-11-24 planned')
    await change('2026-11-23T19:00:00Z', { zone: 'Pacific/Pago_Pago' })
    expect(await nextOf('2026-11-23T19:00:00Z')).toBe('2026-11-25 2026-11-25T19:00:00.000Z')
    const before = await outcomes()
    for (const hour of ['23T19:01', '24T19:00', '25T18:59']) await world.plan(`2026-11-${hour}:00Z`)
    expect(await outcomes()).toEqual(before)
    await world.plan('2026-11-25T19:00:00Z')
    expect(await dates()).toEqual([...before.map((line) => line.slice(0, 10)), '2026-11-25'])
  })

  test('is due at once and then at the hour after a move east over the date line before the digest of today', async () => {
    await due({ zone: 'Pacific/Pago_Pago', confirmedAt: '2026-11-23T20:00:00Z' })
    await change('2026-11-24T12:00:00Z', { zone: 'Pacific/Kiritimati' })
    expect(await nextOf('2026-11-24T12:00:00Z')).toBe('2026-11-24 now')
    await world.plan('2026-11-24T12:01:00Z')
    expect(await outcomes()).toEqual(['2026-11-24 planned'])
    expect(await nextOf('2026-11-24T12:02:00Z')).toBe('2026-11-25 2026-11-24T18:00:00.000Z')
  })

  test('is due when it was promised before, if the change is undone on the first day after the hour', async () => {
    await due({ confirmedAt: '2026-11-24T20:00:00Z' })
    const promised = await nextOf('2026-11-24T20:00:00Z')
    expect(promised).toBe('2026-11-25 2026-11-25T08:00:00.000Z')
    const later = await change('2026-11-24T20:01:00Z', { hour: 23 })
    expect(await nextOf('2026-11-24T20:01:00Z')).toBe('2026-11-24 2026-11-24T23:00:00.000Z')
    const undone = await undo('2026-11-24T20:02:00Z', later!)
    expect(await nextOf('2026-11-24T20:02:00Z')).toBe(promised)
    await undo('2026-11-24T20:03:00Z', undone!)
    expect(await nextOf('2026-11-24T20:03:00Z')).toBe('2026-11-24 2026-11-24T23:00:00.000Z')
    await undo('2026-11-24T20:04:00Z', later!)
    await world.plan('2026-11-24T23:00:00Z')
    expect(await outcomes()).toEqual([])
    await world.plan('2026-11-25T08:00:00Z')
    expect(await dates()).toEqual(['2026-11-25'])
  })

  test('is due no earlier than promised after an undo on the first day that keeps later changes', async () => {
    await due({ confirmedAt: '2026-11-24T20:00:00Z' })
    const later = await change('2026-11-24T20:01:00Z', { hour: 23 })
    await change('2026-11-24T20:02:00Z', { maxPapers: 5 })
    await undo('2026-11-24T20:03:00Z', later!)
    expect(await subscriberById(world.db, 'ann')).toMatchObject({ hour: 8, maxPapers: 5 })
    expect(await nextOf('2026-11-24T20:03:00Z')).toBe('2026-11-25 2026-11-25T08:00:00.000Z')
  })

  test('is not due on a past date, and a date planned too late after a change is not recorded as an outage', async () => {
    await due({ hour: 23, confirmedAt: '2026-11-23T23:30:00Z' })
    await change('2026-11-24T19:59:00Z', { hour: 0 })
    await world.plan('2026-11-24T20:01:00Z')
    await world.plan('2026-11-26T10:00:00Z')
    expect(await outcomes()).toEqual(['2026-11-24 missed', '2026-11-25 missed', '2026-11-26 planned'])
    await change('2026-11-26T12:00:00Z', { hour: 7 })
    const receipts = await receiptsSince(world.db, { id: 'ann', zone: 'UTC' }, '2026-11-24')
    expect(receipts.map(({ localDate, outcome }) => `${localDate} ${outcome}`)).toEqual([
      '2026-11-26 planned',
      '2026-11-25 missed',
      '2026-11-24 rescheduled',
    ])
  })

  test('is due once on a date, also if a planner opens it at the same moment', async () => {
    await due()
    await Promise.all([world.plan('2026-11-24T08:00:00Z'), change('2026-11-24T08:00:00Z', { hour: 19 })])
    await world.plan('2026-11-24T08:01:00Z')
    await world.plan('2026-11-24T19:00:00Z')
    expect(await outcomes()).toEqual(['2026-11-24 planned'])
  })
})
