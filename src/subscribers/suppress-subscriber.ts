import type { Database } from '../core/database/database.ts'
import { DAY_MS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { endIncident, recordIncident } from '../core/incident.repo.ts'
import { DELIVERY_SWITCH, isDeliveryHeld, pauseUnlessHeld } from '../core/restored-database.ts'
import { readSwitch, setSwitch } from '../core/switch.repo.ts'
import { busiestDay } from '../mail/outbox/acceptance.repo.ts'
import { addressHash, parseAddress } from './address.ts'
import { recordConsents } from './consent.repo.ts'
import { changeSubscriber, lockSubscriberByKey, markSuppressed } from './subscriber.repo.ts'
import { startDateOf } from './subscriber.ts'
import {
  countComplaints,
  liftSuppression,
  type SuppressionReason,
  suppressAddresses,
} from './suppression.repo.ts'

/**
 * Stops all email to this address, with or without a subscriber; too many complaints stop delivery. Throws address.*.
 */
export async function suppress(
  deps: Deps,
  { email, reason }: { email: string; reason: SuppressionReason },
): Promise<void> {
  const { key } = parseAddress(email)
  const at = deps.clock.now()
  const id = await deps.db.$transaction((tx) => suppressAddressKey(tx, deps, { key, reason, at }))
  await reportSuppression(deps, { id, reason })
}

/**
 * Suppresses an address in a transaction; call `reportSuppression` after it. Returns the id of the subscriber with that
 * address.
 */
export async function suppressAddressKey(
  tx: Database,
  { config }: Pick<Deps, 'config'>,
  { key, reason, at }: { key: string; reason: SuppressionReason; at: Date },
): Promise<string | undefined> {
  await suppressAddresses(tx, [{ addressHash: addressHash(key, config.SUPPRESSION_KEY), reason, at }])
  const subscriber = await lockSubscriberByKey(tx, key)
  if (!subscriber) return undefined
  await markSuppressed(tx, { ids: [subscriber.id], how: reason, at })
  return subscriber.id
}

/** Logs the suppression, and checks the complaint rate. */
export async function reportSuppression(
  deps: Deps,
  { id, reason }: { id: string | undefined; reason: SuppressionReason },
): Promise<void> {
  deps.log.info('subscriber.suppressed', { subscriber: id, reason })
  if (reason === 'complaint') await checkComplaintRate(deps)
}

/** Lifts a suppression made by `suppress` or a server's reply, and restores the earlier state. Throws address.*. */
export async function unsuppress(deps: Deps, { email }: { email: string }): Promise<void> {
  const { key } = parseAddress(email)
  const now = deps.clock.now()
  const id = await deps.db.$transaction(async (tx) => {
    await liftSuppression(tx, addressHash(key, deps.config.SUPPRESSION_KEY), now)
    const subscriber = await lockSubscriberByKey(tx, key)
    if (subscriber?.state !== 'suppressed') return subscriber?.id
    const state = subscriber.stateBefore ?? 'unsubscribed'
    // Days that passed during the suppression were not missed: nothing was due on them.
    const startDate = subscriber.startDate && startDateOf(now, subscriber)
    await changeSubscriber(tx, subscriber.id, { state, stateBefore: null, startDate })
    const { id: subscriberId } = subscriber
    await recordConsents(tx, [{ subscriberId, at: now, event: 'unsuppressed', how: 'operator' }])
    return subscriber.id
  })
  deps.log.info('subscriber.changed', { subscriber: id, what: 'unsuppressed' })
}

/** Complaints per thousand emails of a day. Gmail and Yahoo require less than 0.1 % and never 0.3 %. */
const WARN = { min: 3, perMille: 1 }
const STOP = { min: 5, perMille: 3 }
export const COMPLAINTS = 'complaints'

/**
 * Compares the complaints of the last 24 hours, since the last stop or resume, with the emails accepted in one day: the
 * busiest of the last four days, since complaints on a weekend are about Friday's emails. Too many stop delivery.
 * https://support.google.com/mail/answer/81126, https://senders.yahooinc.com/best-practices
 */
async function checkComplaintRate(deps: Deps): Promise<void> {
  const { db, clock, log } = deps
  const now = clock.now()
  const complaints = await countComplaints(db, await countedSince(db, now))
  if (complaints < WARN.min || (await isDeliveryHeld(db))) return
  const mails = await busiestDay(db, { now, most: (complaints * 1000) / WARN.perMille + 1 })
  const reaches = ({ min, perMille }: typeof STOP) =>
    mails > 0 && complaints >= min && complaints * 1000 >= perMille * mails
  if (reaches(STOP)) {
    await stopDelivery(deps, { complaints, mails })
    log.error('delivery.complained', { complaints, mails, paused: true })
  } else if (reaches(WARN)) log.warn('delivery.complained', { complaints, mails, paused: false })
}

async function countedSince(db: Database, now: Date): Promise<Date> {
  const dayAgo = new Date(now.getTime() - DAY_MS)
  const last = await readSwitch(db, COMPLAINTS)
  return last && last.at > dayAgo ? last.at : dayAgo
}

async function stopDelivery(
  { db, clock }: Deps,
  { complaints, mails }: Record<'complaints' | 'mails', number>,
) {
  const at = clock.now()
  const share = ((complaints * 100) / mails).toFixed(2)
  const summary = `${complaints} complaints in 24 hours for ${mails.toLocaleString('en')} emails accepted in a day: ${share} %`
  await db.$transaction(async (tx) => {
    if (!(await readSwitch(tx, DELIVERY_SWITCH))) await pauseUnlessHeld(tx, { reason: summary, at })
    await recordIncident(tx, { name: COMPLAINTS, what: COMPLAINTS, detail: summary, since: at })
    await restartCount(tx, at)
  })
}

/** Earlier complaints no longer count: the operator has seen them. */
export async function resetComplaintCount(tx: Database, at: Date): Promise<void> {
  await endIncident(tx, COMPLAINTS)
  await restartCount(tx, at)
}

const restartCount = (db: Database, at: Date): Promise<void> =>
  setSwitch(db, COMPLAINTS, { value: 'counted', reason: 'counted up to here', at })
