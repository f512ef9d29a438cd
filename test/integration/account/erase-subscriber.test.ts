import { describe, expect, test } from 'vitest'
import { addTopicsByOperator } from '../../../src/account/change-by-operator.ts'
import { eraseSubscriber } from '../../../src/account/erase-subscriber.ts'
import { changeAddressByOperator } from '../../../src/account/request-address-change.ts'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../../src/config/config.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { openComposer } from '../../../src/emails/compose-message.ts'
import { deliverReady } from '../../../src/emails/deliver.ts'
import { endExpiredMessages } from '../../../src/mail/outbox/message.repo.ts'
import { openSmtpClient } from '../../../src/mail/smtp/smtp-client.ts'
import { addressHash } from '../../../src/subscribers/address.ts'
import { suppress } from '../../../src/subscribers/suppress-subscriber.ts'
import { everyRow } from '../../support/every-row.ts'
import { kindsOf, mailed, pathOf } from '../../support/mailed-links.ts'
import { messageCameBack } from '../../support/returns.ts'
import { NOW, post, subscribeThroughSite, useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'
import { startSmtpSink } from '../../support/smtp-sink.ts'

const EMAIL = 'zebedee.quill@post.example'
const NEW = 'quillwort@elsewhere.example'
const TRACES = /zebedee|quill|post\.example|elsewhere|sarcoidosis|attention/i
const site = useSite()

const traces = async () =>
  (await everyRow(site.db)).filter((row) => !row.startsWith('public.paper') && TRACES.test(row))

/** Stores all that may be stored of a subscriber: requests, changes, emails, refusals, bounces and moves. */
async function storeAll(): Promise<void> {
  site.clock.moveTo(new Date('2026-11-23T12:00:00Z'))
  await addPapers(site.db)
  await subscribeThroughSite(site, EMAIL, { topic: 'attention, sarcoidosis', zone: 'Asia/Tokyo', hour: '20' })
  await post(site, '/subscribe', { email: EMAIL, topic: 'sarcoidosis biopsy' })
  await addSubscriber(site.deps, {
    email: EMAIL,
    topics: ['sarcoidosis "cell atlas"'],
    consent: `${EMAIL}: Quill by phone`,
  })
  await addTopicsByOperator(site.deps, { email: EMAIL, text: 'author:Quill' })
  await recordAChange()
  await deliverAll({ rcpt: `550 5.7.1 zebedee.quill: <${EMAIL}> not today` })
  site.clock.moveTo(NOW)
  await planDigests(site.deps)
  await deliverAll({ dot: '250 2.0.0 Ok, kept for Zebedee.Quill' })
  await messageCameBack(site.db, NOW, { reply: '552 zebedee.quill has no room', domain: 'post.example' })
  await changeAddressByOperator(site.deps, { email: EMAIL, newEmail: NEW })
  const account = await pathOf(site, 'account', NEW)
  await post(site, `${account}/address`, { email: EMAIL })
}

const recordAChange = async () => {
  const { id } = await site.db.subscriber.findFirstOrThrow()
  const set = { topics: [{ name: 'sarcoidosis', query: 'sarcoidosis' }] }
  await site.db.change.create({
    data: { subscriberId: id, at: site.clock.now(), how: 'page', before: set, after: set },
  })
}

async function deliverAll(at: Record<string, string>): Promise<void> {
  const sink = await startSmtpSink({ at })
  const config = {
    ...site.deps.config,
    SMTP_URL: readConfig({ SMTP_URL: `smtp://127.0.0.1:${sink.port}` }).SMTP_URL,
  }
  const deps = { ...site.deps, config, compose: await openComposer(site.deps) }
  const { signal } = new AbortController()
  for (const lane of ['transactional', 'bulk'] as const) await deliverReady(deps, { lane, signal })
  await sink.close()
}

/** The row without an address, and outcomes without content. No table of a feature: its `personalData` would erase it. */
const KEPT_WITHOUT_ADDRESS = ['bounce', 'consent', 'digest', 'message', 'subscriber'].map(
  (name) => `public.${name}`,
)

const tablesWith = async (id: string): Promise<string[]> => {
  const rows = (await everyRow(site.db)).filter((row) => row.includes(id))
  return [...new Set(rows.map((row) => row.split(':')[0]!))].sort()
}

describe('`eraseSubscriber`', () => {
  test('leaves no row with the address, its mailbox or a word of the topics', async () => {
    await storeAll()
    expect((await traces()).map((row) => row.split(':')[0])).toEqual(
      expect.arrayContaining([
        'public.subscriber',
        'public.topic',
        'public.query',
        'public.signup',
        'public.change',
        'public.address_change',
        'public.message',
        'public.digest',
        'public.bounce',
      ]),
    )
    expect(await site.db.acceptance.count()).toBeGreaterThan(0)
    expect(await site.db.attempt.count()).toBeGreaterThan(0)
    const { id } = await site.db.subscriber.findFirstOrThrow({ where: { address: NEW } })
    await eraseSubscriber(site.deps, { email: NEW })
    expect(await traces()).toEqual([])
    expect(await tablesWith(id)).toEqual(KEPT_WITHOUT_ADDRESS)
  })

  test('leaves only the keyed hash of a suppressed address, which gets no email', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'sarcoidosis' })
    await suppress(site.deps, { email: EMAIL, reason: 'complaint' })
    await eraseSubscriber(site.deps, { email: EMAIL })
    expect(await traces()).toEqual([])
    const hash = addressHash(EMAIL, site.deps.config.SUPPRESSION_KEY)
    const kept = (await everyRow(site.db)).filter((row) => row.includes(hash))
    expect(kept.map((row) => row.split(':')[0])).toEqual(['public.suppression'])
    site.clock.moveTo(new Date('2027-11-24T12:00:00Z'))
    await post(site, '/subscribe', { email: EMAIL })
    await endExpiredMessages(site.db, site.clock.now())
    expect(await site.db.message.findMany({ where: { toAddress: EMAIL } })).toMatchObject([
      { state: 'skipped' },
    ])
  })

  test('removes the address from the request of another subscriber to move to it', async () => {
    await subscribeThroughSite(site, 'bob@reader.example')
    await subscribeThroughSite(site, EMAIL)
    await post(site, `${await pathOf(site, 'account', 'bob@reader.example')}/address`, { email: EMAIL })
    expect(await kindsOf(site, EMAIL)).toContain('new-address')
    const { path } = await mailed(site, 'new-address', EMAIL)
    await eraseSubscriber(site.deps, { email: EMAIL })
    expect(await traces()).toEqual([])
    expect((await post(site, path)).statusCode).toBe(404)
  })

  test('resets the settings, and leaves a query of another subscriber', async () => {
    await subscribeThroughSite(site, 'bob@reader.example', { topic: 'robots' })
    await subscribeThroughSite(site, EMAIL, { topic: 'robots, sarcoidosis', zone: 'Asia/Tokyo', hour: '20' })
    await eraseSubscriber(site.deps, { email: EMAIL })
    const tombstone = await site.db.subscriber.findFirst({ where: { erasedAt: { not: null } } })
    expect(tombstone).toMatchObject({
      zone: 'UTC',
      hour: 0,
      days: ['mon'],
      maxPapers: 1,
      state: 'unsubscribed',
    })
    expect((await site.db.query.findMany()).map(({ text }) => text)).toEqual(['robots'])
  })

  test('leaves a query that another subscriber adds at the same time', async () => {
    await subscribeThroughSite(site, 'bob@reader.example')
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    await Promise.all([
      addTopicsByOperator(site.deps, { email: 'bob@reader.example', text: 'robots' }),
      eraseSubscriber(site.deps, { email: EMAIL }),
    ])
    expect(await site.db.topic.count()).toBe(1)
    expect(await site.db.query.count()).toBe(1)
  })

  test('skips waiting messages', async () => {
    await subscribeThroughSite(site, EMAIL)
    await eraseSubscriber(site.deps, { email: EMAIL })
    const sink = await startSmtpSink()
    const config = readConfig({ SMTP_URL: `smtp://127.0.0.1:${sink.port}` })
    const deps = { ...site.deps, config, compose: await openComposer(site.deps) }
    await deliverReady(deps, { lane: 'transactional', signal: new AbortController().signal })
    await sink.close()
    expect(sink.mails).toEqual([])
    const states = await site.db.message.findMany()
    expect(new Set(states.map(({ state, reason }) => `${state} ${reason}`))).toEqual(
      new Set(['skipped erased']),
    )
  })
})

test('a reply with the mailbox without its domain is stored without it', async () => {
  const sink = await startSmtpSink({ at: { rcpt: '550 5.7.1 Zebedee.Quill and zebedee.quill2: no' } })
  const { SMTP_URL } = readConfig({ SMTP_URL: `smtp://127.0.0.1:${sink.port}` })
  const client = openSmtpClient(SMTP_URL!)
  const result = await client.send({
    from: 'a@b.example',
    to: EMAIL,
    raw: Buffer.from('Subject: x\r\n\r\nx\r\n'),
  })
  client.close()
  await sink.close()
  expect(result).toMatchObject({
    status: 550,
    enhanced: '5.7.1',
    reply: '550 5.7.1 [address] and zebedee.quill2: no',
  })
})
