import { batchLimits } from '../core/database/database.ts'
import { DAY_MS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { errorFields, Fault } from '../core/errors.ts'
import { claimTick, newestSlot } from '../core/tick.repo.ts'
import { holdDomain, isDomainHeld } from '../limits/send-rate.repo.ts'
import { readReturnAddress } from '../subscribers/return-address.ts'
import { reportSuppression } from '../subscribers/suppress-subscriber.ts'
import { type AppliedBounce, applyBounce } from './apply-bounce.ts'
import { bounceShareOfDomain } from './bounce.repo.ts'
import { providerOf, readWebhookBody } from './providers/registry.ts'
import { type BounceEvent, NOT_A_REPORT } from './reading/parsed-bounce.ts'
import { deferReport, endReport, lockWaitingReport, type TakenReport, takeReport } from './report.repo.ts'
import type { ReportReader } from './report-reader.ts'

/** How long a failure that is not the report's fault does not count against the report. */
const RETRY_MS = 3 * DAY_MS
/** On a busy machine any email can take long. After this many timeouts we blame the email itself. */
const MAX_LONG_TIMES = 3
/** A process that dies while it reads a report rarely dies because of it, so allow many attempts. */
const MAX_ATTEMPTS = 10
const ABOUT_US: string[] = ['policy', 'ours'] satisfies BounceEvent['class'][]

interface ReadReportsDeps extends Deps {
  reader: ReportReader
}

/**
 * Reads every waiting report and applies its effect. Each report ends in the same transaction: after a crash it still
 * waits, and reading it twice changes nothing. A report that cannot be processed now waits and blocks no other. Returns
 * the number of reports.
 */
export async function readReports(
  deps: ReadReportsDeps,
  { signal }: { signal?: AbortSignal } = {},
): Promise<number> {
  const domains = new Set<string>()
  let read = 0
  while (!signal?.aborted) {
    const report = await takeReport(deps.db)
    if (!report) break
    const acted = await processReport(deps, report)
    for (const { row } of acted) if (row.domain && ABOUT_US.includes(row.class)) domains.add(row.domain)
    read++
  }
  await holdBouncingDomains(deps, [...domains])
  return read
}

async function processReport(deps: ReadReportsDeps, report: TakenReport): Promise<AppliedBounce[]> {
  try {
    const events = await eventsOfReport(deps, report)
    return await finishReport(deps, report, { state: 'read', events })
  } catch (error) {
    const { code, what } = errorFields(error)
    const seen = { report: report.id, channel: report.channel, code, what }
    if (isUnreadable(error, report)) {
      deps.log.warn('report.unreadable', seen)
      return finishReport(deps, report, { state: 'unreadable', events: UNREADABLE_EVENTS })
    }
    deps.log.error('report.put-off', seen)
    const isOld = deps.clock.now().getTime() - report.at.getTime() > RETRY_MS
    await deferReport(deps.db, { id: report.id, counts: isReportFault(error) || isOld })
    return []
  }
}

/** The envelope recipient of an unreadable report still identifies the message. */
const UNREADABLE_EVENTS: BounceEvent[] = [{ ...NOT_A_REPORT, class: 'unknown' }]

/** The bounce events of a report. Throws report.*, and errors that are not the report's fault. */
async function eventsOfReport(deps: ReadReportsDeps, report: TakenReport): Promise<BounceEvent[]> {
  const { recipient, attempts, channel, raw } = report
  const named = readReturnAddress(recipient ?? '', deps.config.APP_SECRET)
  // The address is enough: the sender and the content do not matter.
  if (named?.purpose === 'unsubscribe') return [{ ...NOT_A_REPORT, class: 'unsubscribe' }]
  if (attempts > MAX_ATTEMPTS)
    throw new Fault('report.unreadable', { what: `started ${attempts - 1} times without success` })
  // Providers report every delivered email too, if the webhook is configured so.
  const provider = providerOf(channel)
  if (provider) return readWebhookBody(provider, raw).filter(({ class: kind }) => kind !== 'not-a-report')
  const { bounces, about } = await deps.reader.read(raw)
  return bounces.map((one) => ({ ...one, reply: one.diagnostic ?? '', about }))
}

const isReportFault = (error: unknown): boolean => error instanceof Fault && error.code.startsWith('report.')

const isUnreadable = (error: unknown, { attempts }: TakenReport): boolean =>
  isReportFault(error) && ((error as Fault).code !== 'report.too-long-to-read' || attempts >= MAX_LONG_TIMES)

async function finishReport(
  deps: Deps,
  report: TakenReport,
  { state, events }: { state: 'read' | 'unreadable'; events: BounceEvent[] },
): Promise<AppliedBounce[]> {
  const { id, recipient: envelope, channel, at } = report
  const isProven = providerOf(channel) !== undefined
  const acted = await deps.db.$transaction(async (tx) => {
    if (!(await lockWaitingReport(tx, id))) return []
    const all: AppliedBounce[] = []
    for (const one of events) all.push(await applyBounce(deps, tx, { event: one, envelope, isProven, at }))
    await endReport(tx, { id, state, now: deps.clock.now(), bounces: all.map(({ row }) => row) })
    return all
  }, batchLimits())
  for (const one of acted) await logOutcome(deps, report, one)
  return acted
}

async function logOutcome(
  deps: Deps,
  report: TakenReport,
  { row, suppressed, ended }: AppliedBounce,
): Promise<void> {
  const { class: kind, status, effect, foundBy, messageId, subscriberId } = row
  const seen = { class: kind, status, effect, foundBy, message: messageId, subscriber: subscriberId }
  deps.log.info('report.read', { report: report.id, channel: report.channel, ...seen })
  if (ended) deps.log.info('subscriber.unsubscribed', { subscriber: subscriberId, how: ended })
  if (suppressed) await reportSuppression(deps, suppressed)
}

const LEAST = 20
const SHARE_PER_CENT = 5

/**
 * Pauses sending to a domain for an hour if 5 % of a day's emails to it bounced because of its policy or a problem on
 * our side, for at least twenty subscribers. A run does the same if a server rejects that share during delivery. The
 * same bounces do not cause a second pause.
 */
async function holdBouncingDomains(deps: Deps, domains: readonly string[]): Promise<void> {
  const { db, clock, log } = deps
  const at = clock.now()
  const dayAgo = new Date(at.getTime() - DAY_MS)
  for (const domain of domains) {
    if (await isDomainHeld(db, domain)) continue
    const from = (await newestSlot(db, tickName(domain))) ?? dayAgo
    const span = { from: from > dayAgo ? from : dayAgo, mailsFrom: dayAgo }
    const counted = await bounceShareOfDomain(db, { domain, ...span, perCent: SHARE_PER_CENT })
    const { people, mails, reply: last } = counted
    const share = Math.round((people * 100) / Math.max(mails, people))
    if (people < LEAST || share < SHARE_PER_CENT) continue
    const summary = `${share} % of ${mails} emails in a day, according to reports`
    await claimTick(db, tickName(domain), at)
    await holdDomain(db, { domain, reply: summary, why: `${summary}, the last with: ${last}`, at })
    log.error('delivery.domain-held', { share, of: mails, by: 'reports' })
  }
}

/** The tick is kept for longer than the day that is counted. */
const tickName = (domain: string): string => `returns of ${domain}`
