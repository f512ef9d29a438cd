// A message is unique by kind, dedupe and local date. These show for each kind that the local date does not depend on when
// the message is enqueued: what is repeated after midnight sends nothing twice.
import { expect, test } from 'vitest'
import { confirmAddressChange, requestAddressChange } from '../../../src/account/request-address-change.ts'
import { confirm } from '../../../src/account/signup/confirm.ts'
import { unsubscribe } from '../../../src/account/unsubscribe.ts'
import { addDays, dayOf, midnight } from '../../../src/core/dates.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { enqueue } from '../../../src/mail/outbox/message.repo.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { signLink } from '../../../src/subscribers/links.ts'
import { goodbye } from '../../support/messages.ts'
import { arxivKey, sampleRecord } from '../../support/sample-record.ts'
import { confirmToken, post, subscribeThroughSite, unsubscribeToken, useSite } from '../../support/site.ts'

const site = useSite()
const EMAIL = 'ann@reader.example'
const BEFORE_MIDNIGHT = new Date('2026-11-24T23:59:30Z')
const AFTER_MIDNIGHT = new Date('2026-11-25T00:00:30Z')

/** The kind and local date of each message, oldest first. */
const enqueued = async (...kinds: string[]) => {
  const rows = await site.db.message.findMany({ where: { kind: { in: kinds } }, orderBy: { batchId: 'asc' } })
  return rows.map(({ kind, localDate }) => [kind, dayOf(localDate)])
}

const ann = () => site.db.subscriber.findFirstOrThrow({ where: { addressKey: EMAIL } })

async function accountLink(): Promise<string> {
  const { id, epoch } = await ann()
  return signLink(
    { purpose: 'account', id, epoch, issuedAt: site.clock.now() },
    site.deps.config.APP_SECRET[0]!,
  )
}

test('a confirmation has the date of its request, and its link pressed again after midnight sends no second welcome', async () => {
  site.clock.moveTo(BEFORE_MIDNIGHT)
  await post(site, '/subscribe', { email: EMAIL, topic: 'robots' })
  const token = await confirmToken(site, EMAIL)
  expect(await confirm(site.deps, token)).toBe(true)
  site.clock.moveTo(AFTER_MIDNIGHT)
  expect(await confirm(site.deps, token)).toBe(false)
  expect(await enqueued('confirmation', 'welcome')).toEqual([
    ['confirmation', '2026-11-24'],
    ['welcome', '2026-11-24'],
  ])
})

test('a welcome has the date of the confirmation, even if its request was made the day before', async () => {
  site.clock.moveTo(BEFORE_MIDNIGHT)
  await post(site, '/subscribe', { email: EMAIL, topic: 'robots' })
  const token = await confirmToken(site, EMAIL)
  site.clock.moveTo(AFTER_MIDNIGHT)
  await confirm(site.deps, token)
  const { confirmedAt } = await site.db.signup.findFirstOrThrow()
  expect(await enqueued('confirmation', 'welcome')).toEqual([
    ['confirmation', '2026-11-24'],
    ['welcome', dayOf(confirmedAt!)],
  ])
})

test('a new address that is confirmed again after midnight sends no second email to the old one', async () => {
  site.clock.moveTo(BEFORE_MIDNIGHT)
  await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
  await requestAddressChange(site.deps, { token: await accountLink(), email: 'new@reader.example' })
  const { id } = await site.db.addressChange.findFirstOrThrow()
  const { epoch } = await ann()
  const link = { purpose: 'move', id: String(id), epoch, issuedAt: BEFORE_MIDNIGHT } as const
  const token = signLink(link, site.deps.config.APP_SECRET[0]!)
  await confirmAddressChange(site.deps, token)
  site.clock.moveTo(AFTER_MIDNIGHT)
  await confirmAddressChange(site.deps, token)
  expect(await enqueued('new-address', 'moved')).toEqual([
    ['new-address', '2026-11-24'],
    ['moved', '2026-11-24'],
  ])
})

test('an unsubscribe that is repeated after midnight sends no second goodbye', async () => {
  await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
  site.clock.moveTo(BEFORE_MIDNIGHT)
  const token = await unsubscribeToken(site, EMAIL)
  await unsubscribe(site.deps, { token, how: 'page' })
  site.clock.moveTo(AFTER_MIDNIGHT)
  await unsubscribe(site.deps, { token, how: 'page' })
  expect(await enqueued('goodbye')).toEqual([['goodbye', '2026-11-24']])
})

test('a digest and the email without matches have their local date, also if they are planned after midnight (UTC)', async () => {
  site.clock.moveTo(new Date('2026-11-23T08:00:00Z'))
  const chosen = { zone: 'America/New_York', hour: '18' }
  await subscribeThroughSite(site, EMAIL, { topic: 'attention', ...chosen })
  await subscribeThroughSite(site, 'ben@reader.example', { topic: 'unobtainium', ...chosen })
  const days = ['2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26', '2026-11-27']
  for (const day of days) {
    const records = [
      sampleRecord({ title: `Attention on ${day}`, keys: [arxivKey(`2611.${day.slice(-2)}001`)] }),
    ]
    await recordListings(site.db, { source: 'huggingface', day, records, now: midnight(day) })
    for (const now of [`${day}T23:59:30Z`, `${addDays(day, 1)}T00:00:30Z`]) {
      site.clock.moveTo(new Date(now))
      await planDigests(site.deps)
    }
  }
  expect(await enqueued('digest')).toEqual(days.map((day) => ['digest', day]))
  expect(await enqueued('note')).toEqual([['note', days.at(-1)]])
})

test('a message that is enqueued again after midnight with its kind, dedupe and local date is not stored', async () => {
  await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
  const { id: subscriberId } = await ann()
  const first = goodbye(1, { subscriberId, datedAt: BEFORE_MIDNIGHT })
  expect(await enqueue(site.db, 'transactional', [first])).toBe(1)
  expect(await enqueue(site.db, 'transactional', [{ ...first, datedAt: AFTER_MIDNIGHT }])).toBe(0)
})
