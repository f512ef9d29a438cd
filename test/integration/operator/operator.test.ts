import { describe, expect, test } from 'vitest'
import {
  addTopicsByOperator,
  pauseSubscriber,
  removeTopicByOperator,
  resumeSubscriber,
} from '../../../src/account/change-by-operator.ts'
import { eraseSubscriber } from '../../../src/account/erase-subscriber.ts'
import { changeAddressByOperator } from '../../../src/account/request-address-change.ts'
import { showSubscriber, withTopics } from '../../../src/account/show-subscriber.ts'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { confirm } from '../../../src/account/signup/confirm.ts'
import { unsubscribeByOperator } from '../../../src/account/unsubscribe.ts'
import { withRollback } from '../../../src/core/database/with-rollback.ts'
import type { Deps } from '../../../src/core/deps.ts'
import type { Subscription } from '../../../src/subscribers/change.ts'
import { listSubscribers } from '../../../src/subscribers/subscriber.repo.ts'
import { suppress, unsuppress } from '../../../src/subscribers/suppress-subscriber.ts'
import { checksums } from '../../support/checksums.ts'
import { confirmToken, post, useSite } from '../../support/site.ts'

const EMAIL = 'ann@example.com'

const site = useSite()

const added = (topics: string[] = [], email = EMAIL) =>
  addSubscriber(site.deps, { email, topics, consent: 'on paper' })

const show = () => showSubscriber(site.deps, { email: EMAIL })

const stateOf = async () => (await show()).subscriber.state

describe('adding', () => {
  test('a subscriber with consent confirms them, and sends no email', async () => {
    expect(await added(['robots'])).toMatchObject({ confirmed: true, next: { localDate: '2026-11-25' } })
    expect(await show()).toMatchObject({
      subscriber: { state: 'active', confirmedAt: site.clock.now(), startDate: '2026-11-25' },
      topics: [{ name: 'robots', query: 'robots' }],
      consents: [{ event: 'confirmed', how: 'operator: on paper', wording: 'none' }],
    })
    expect(await site.db.message.count()).toBe(0)
  })

  test('without consent: a confirmation email is enqueued', async () => {
    const result = await addSubscriber(site.deps, { email: EMAIL, topics: [] })
    expect(result).toEqual({ confirmed: false, mail: 'confirmation', held: undefined })
    expect(await stateOf()).toBe('pending')
  })

  test('a current subscriber: topics are added, and nothing else changes', async () => {
    await added(['robots'])
    const { subscriber } = await show()
    const again = { email: EMAIL, topics: ['vision'], hour: '20', consent: 'by phone' }
    expect(await addSubscriber(site.deps, again)).toMatchObject({ confirmed: true, already: true })
    const shown = await show()
    expect(shown.subscriber).toEqual(subscriber)
    expect(shown.topics).toHaveLength(2)
    expect(shown.consents.at(-1)).toMatchObject({ event: 'topics-added', how: 'operator: by phone' })
  })

  test('a suppressed address is refused, and nothing is stored', async () => {
    await suppress(site.deps, { email: EMAIL, reason: 'complaint' })
    await expect(added()).rejects.toMatchObject({ code: 'subscriber.suppressed' })
    expect(await site.db.subscriber.count()).toBe(0)
  })
})

describe('pausing', () => {
  test('lasts until its date, or until the subscriber is resumed', async () => {
    await added()
    await pauseSubscriber(site.deps, { email: EMAIL, until: '2026-12-24' })
    expect((await show()).subscriber).toMatchObject({ state: 'paused', pausedUntil: '2026-12-24' })
    await resumeSubscriber(site.deps, { email: EMAIL })
    expect((await show()).subscriber).toMatchObject({ state: 'active', pausedUntil: null })
  })

  test('until a past day, or of an inactive subscriber, is refused', async () => {
    await added()
    await expect(pauseSubscriber(site.deps, { email: EMAIL, until: '2026-11-24' })).rejects.toMatchObject({
      code: 'setting.until',
    })
    await unsubscribeByOperator(site.deps, { email: EMAIL })
    await expect(pauseSubscriber(site.deps, { email: EMAIL, until: null })).rejects.toMatchObject({
      code: 'subscriber.state',
    })
    await expect(resumeSubscriber(site.deps, { email: EMAIL })).rejects.toMatchObject({
      code: 'subscriber.state',
    })
  })
})

describe('suppressing', () => {
  test.each(['pending', 'active', 'paused', 'unsubscribed'])(
    'and lifting leads back to %s',
    async (state) => {
      await added()
      await site.db.subscriber.updateMany({ data: { state: state as 'pending' } })
      await suppress(site.deps, { email: EMAIL, reason: 'complaint' })
      await suppress(site.deps, { email: EMAIL, reason: 'dead' })
      expect(await show()).toMatchObject({
        subscriber: { state: 'suppressed' },
        suppression: { reason: 'complaint' },
      })
      await unsuppress(site.deps, { email: EMAIL })
      expect(await show()).toMatchObject({ subscriber: { state }, suppression: null })
    },
  )
})

describe('changing the address', () => {
  const moves = () => changeAddressByOperator(site.deps, { email: EMAIL, newEmail: 'new@example.com' })

  test('updates the address, also of messages without an attempt, and ends links of the old one', async () => {
    await post(site, '/subscribe', { email: EMAIL })
    await site.db.message.updateMany({ data: { kind: 'goodbye' } })
    await moves()
    expect(await site.db.subscriber.findFirst()).toMatchObject({
      address: 'new@example.com',
      addressKey: 'new@example.com',
      epoch: 1,
    })
    expect(await site.db.message.findFirst()).toMatchObject({ toAddress: 'new@example.com', state: 'ready' })
  })

  test('drops requests made under the old address: their link confirms nothing', async () => {
    await post(site, '/subscribe', { email: EMAIL })
    const token = await confirmToken(site, EMAIL)
    await site.db.message.updateMany({ data: { state: 'accepted', attempts: 1 } })
    await moves()
    await expect(confirm(site.deps, token)).rejects.toMatchObject({ code: 'link.unknown' })
    expect(await site.db.subscriber.findFirst()).toMatchObject({ state: 'pending' })
    expect(await site.db.message.findFirst()).toMatchObject({ state: 'accepted', reason: null })
  })

  test('prevents a waiting confirmation from being sent, and marks one in progress as uncertain', async () => {
    for (let n = 0; n < 2; n++) await post(site, '/subscribe', { email: EMAIL })
    const [, doubtful] = await site.db.message.findMany({ orderBy: { batchId: 'asc' } })
    const { id: messageId, localDate } = doubtful!
    const attempt = { n: 1, at: site.clock.now(), outcome: 'uncertain', reply: '' }
    await site.db.attempt.create({ data: { messageId, localDate, ...attempt } })
    await site.db.message.updateMany({
      where: { id: doubtful!.id },
      data: { state: 'uncertain', attempts: 1 },
    })
    await moves()
    const ended = await site.db.message.findMany({ orderBy: { batchId: 'asc' } })
    expect(ended.map(({ state, reason, toAddress }) => [state, reason, toAddress])).toEqual([
      ['skipped', 'moved', EMAIL],
      ['uncertain', null, EMAIL],
    ])
    expect(ended.map(({ nextTry, deadline }) => nextTry.getTime() === deadline.getTime())).toEqual([
      true,
      true,
    ])
  })

  test('to another subscriber’s address, or a suppressed one, is refused', async () => {
    await added()
    await added([], 'bob@example.com')
    await expect(
      changeAddressByOperator(site.deps, { email: EMAIL, newEmail: 'BOB@example.com' }),
    ).rejects.toMatchObject({ code: 'address.taken' })
    await suppress(site.deps, { email: 'carol@example.com', reason: 'dead' })
    await expect(
      changeAddressByOperator(site.deps, { email: EMAIL, newEmail: 'carol@example.com' }),
    ).rejects.toMatchObject({ code: 'subscriber.suppressed' })
  })
})

describe('erasing', () => {
  test('leaves a tombstone that no table ties to the address or the topics', async () => {
    await post(site, '/subscribe', { email: EMAIL, topic: 'a rare illness' })
    await added(['a rare illness'])
    await site.db.subscriber.updateMany({ data: { confirmedHow: 'by a letter of ann@example.com' } })
    await eraseSubscriber(site.deps, { email: EMAIL })
    expect(await site.db.subscriber.findFirst()).toMatchObject({
      address: null,
      addressKey: null,
      addressHash: null,
      state: 'unsubscribed',
      erasedAt: site.clock.now(),
    })
    const rows = await site.db.$queryRaw<{ text: string }[]>`
      select row_to_json(t)::text as text from subscriber t union all select row_to_json(t)::text from topic t
      union all select row_to_json(t)::text from signup t union all select row_to_json(t)::text from message t
      union all select row_to_json(t)::text from consent t`
    expect(rows.map(({ text }) => text).join()).not.toMatch(/ann@|rare illness/)
    await expect(show()).rejects.toMatchObject({ code: 'subscriber.unknown' })
  })
})

describe('topics', () => {
  test('are added without repeats and removed by query', async () => {
    await added(['one'])
    expect(await addTopicsByOperator(site.deps, { email: EMAIL, text: 'two, one, three' })).toHaveLength(3)
    const left = await removeTopicByOperator(site.deps, { email: EMAIL, text: 'two' })
    expect(left.map(({ query }) => query)).toEqual(['one', 'three'])
    expect(
      await site.db.topic.findMany({ select: { position: true }, orderBy: { position: 'asc' } }),
    ).toEqual([{ position: 0 }, { position: 1 }])
    await expect(removeTopicByOperator(site.deps, { email: EMAIL, text: 'two' })).rejects.toMatchObject({
      code: 'topic.unknown',
      values: { query: 'two' },
    })
  })

  test('beyond the limit are refused, all of them', async () => {
    await added(Array.from({ length: 19 }, (_, n) => `topic${n}`))
    await expect(addTopicsByOperator(site.deps, { email: EMAIL, text: 'x, y' })).rejects.toMatchObject({
      code: 'topics.too-many',
    })
    expect((await show()).topics).toHaveLength(19)
  })
})

test('the operator’s changes are recorded with the values before', async () => {
  await added(['one'])
  await addTopicsByOperator(site.deps, { email: EMAIL, text: 'two' })
  await addSubscriber(site.deps, { email: EMAIL, topics: ['three'], consent: 'by phone' })
  await pauseSubscriber(site.deps, { email: EMAIL, until: '2026-12-01' })
  await resumeSubscriber(site.deps, { email: EMAIL })
  await removeTopicByOperator(site.deps, { email: EMAIL, text: 'one' })
  const changes = await site.db.change.findMany({ orderBy: { id: 'asc' } })
  const said = changes.map(({ how, after }) => {
    const { topics, state } = after as unknown as Subscription
    return `${how.split(':')[0]}, ${state}: ${topics.map(({ name }) => name).join()}`
  })
  expect(said).toEqual([
    'operator, active: one,two',
    'operator, active: one,two,three',
    'operator, paused: one,two,three',
    'operator, active: one,two,three',
    'operator, active: two,three',
  ])
})

test('listing returns everyone with topics, or those of one state', async () => {
  await added(['robots'])
  site.clock.moveTo(new Date('2026-11-24T12:00:01Z'))
  await added([], 'bob@example.com')
  await unsubscribeByOperator(site.deps, { email: 'bob@example.com' })
  const all = await withTopics(site.db, await listSubscribers(site.db))
  expect(all.map(({ subscriber, topics }) => [subscriber.address, topics.length])).toEqual([
    [EMAIL, 1],
    ['bob@example.com', 0],
  ])
  expect(await listSubscribers(site.db, 'unsubscribed')).toHaveLength(1)
})

describe('a dry run', () => {
  const changes: [string, (deps: Deps) => Promise<unknown>][] = [
    ['add', (deps) => addSubscriber(deps, { email: 'new@example.com', topics: ['x'] })],
    [
      'add with consent',
      (deps) => addSubscriber(deps, { email: 'new@example.com', topics: ['x'], consent: 'y' }),
    ],
    ['pause', (deps) => pauseSubscriber(deps, { email: EMAIL, until: null })],
    ['unsubscribe', (deps) => unsubscribeByOperator(deps, { email: EMAIL })],
    ['suppress', (deps) => suppress(deps, { email: EMAIL, reason: 'dead' })],
    ['move', (deps) => changeAddressByOperator(deps, { email: EMAIL, newEmail: 'new@example.com' })],
    ['erase', (deps) => eraseSubscriber(deps, { email: EMAIL })],
    ['topics add', (deps) => addTopicsByOperator(deps, { email: EMAIL, text: 'y' })],
    ['topics remove', (deps) => removeTopicByOperator(deps, { email: EMAIL, text: 'robots' })],
  ]
  test.each(changes)('of %s changes nothing, and the change itself does', async (_name, change) => {
    await added(['robots'])
    const before = await checksums(site.db)
    await withRollback(site.deps, change)
    expect(await checksums(site.db)).toEqual(before)
    await change(site.deps)
    expect(await checksums(site.db)).not.toEqual(before)
  })

  test('may take longer than the 5 seconds that Prisma allows', async () => {
    const slow = async ({ db }: Deps) => {
      await db.$executeRaw`select pg_sleep(5.5)`
      return db.subscriber.count()
    }
    expect(await withRollback(site.deps, slow)).toBe(0)
  })

  test('fails as the change would', async () => {
    await expect(
      withRollback(site.deps, (deps) => eraseSubscriber(deps, { email: EMAIL })),
    ).rejects.toMatchObject({
      code: 'subscriber.unknown',
    })
  })
})
