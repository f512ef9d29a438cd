import type { MailReader } from '../../bounces/mail/parse-apart.ts'
import { readMakerReport } from '../../bounces/makers/read-maker-report.ts'
import { readReport } from '../../bounces/reading/read-report.ts'
import {
  endReport,
  isMaker,
  lockWaitingReport,
  type TakenReport,
  takeReport,
} from '../../bounces/report-store.ts'
import type { Told } from '../../bounces/told.ts'
import { Fault, failureOf } from '../../platform/errors.ts'
import { scrub } from '../../platform/log.ts'
import { readReturnAddress } from '../../subscribers/return-address.ts'
import type { Deps } from '../../wiring.ts'
import { tellSuppressed } from '../subscriber/suppress-subscriber.ts'
import { type Acted, actOnReturn } from './act-on-return.ts'
import { weighDomains } from './weigh-domains.ts'

export interface ReadDeps extends Deps {
  mails: MailReader
}

/** Who began to read it so often ended each time: it is not tried again. */
const MOST_ATTEMPTS = 3
const LONGEST_MS = 60_000
const NOTHING = { recipient: null, status: null, sure: false, answer: '' } as const

/**
 * Reads every report that waits and does what it leads to, each in one transaction with its end: a crash leaves it waiting,
 * and a second time changes nothing. Returns how many.
 */
export async function readReports(
  deps: ReadDeps,
  { signal }: { signal?: AbortSignal } = {},
): Promise<number> {
  const domains = new Set<string>()
  let read = 0
  while (!signal?.aborted) {
    const report = await takeReport(deps.db)
    if (!report) break
    for (const { row } of await deal(deps, report)) if (row.domain) domains.add(row.domain)
    read++
  }
  await weighDomains(deps, [...domains])
  return read
}

async function deal(deps: ReadDeps, report: TakenReport): Promise<Acted[]> {
  const { id, recipient: envelope, way, at } = report
  const reading = await toldBy(deps, report)
  if (!reading) return []
  const { state, told } = reading
  const isProven = isMaker(way)
  const acted = await deps.db.$transaction(
    async (tx) => {
      if (!(await lockWaitingReport(tx, id))) return []
      const all: Acted[] = []
      for (const one of told) all.push(await actOnReturn(deps, tx, { told: one, envelope, isProven, at }))
      await endReport(tx, { id, state, now: deps.clock.now(), returned: all.map(({ row }) => row) })
      return all
    },
    { timeout: LONGEST_MS, maxWait: LONGEST_MS },
  )
  for (const one of acted) await tell(deps, report, one)
  return acted
}

type Reading = { state: 'read' | 'unreadable'; told: Told[] }

/** Undefined where reading failed for no reason of the report's own: then it goes on waiting. */
async function toldBy(deps: ReadDeps, report: TakenReport): Promise<Reading | undefined> {
  const { id, way, attempts } = report
  const about = { tokens: [], messageIds: [] }
  const wish = readReturnAddress(report.recipient ?? '', deps.config.APP_SECRET)
  // The address says all; who wrote, and how, does not count.
  if (wish?.purpose === 'unsubscribe')
    return { state: 'read', told: [{ ...NOTHING, about, class: 'unsubscribe' }] }
  try {
    if (attempts > MOST_ATTEMPTS)
      throw new Fault('report.unreadable', { what: `read ${attempts} times in vain` })
    return { state: 'read', told: await read(deps, report) }
  } catch (error) {
    const { code, what } = failureOf(error)
    deps.log.warn('report.unreadable', { report: id, way, code, what: scrub(what) })
    const isItsOwn = error instanceof Fault && error.code.startsWith('report.')
    return isItsOwn ? { state: 'unreadable', told: [{ ...NOTHING, about, class: 'unknown' }] } : undefined
  }
}

async function read({ mails }: ReadDeps, { way, raw }: TakenReport): Promise<Told[]> {
  if (isMaker(way)) return readMakerReport(way, raw)
  const { returned, about } = readReport(await mails.read(raw))
  return returned.map(({ class: kind, recipient, status, sure, diagnostic }) => ({
    class: kind,
    recipient,
    status,
    sure,
    answer: diagnostic ?? '',
    about,
  }))
}

async function tell(deps: Deps, report: TakenReport, { row, suppressed, ended }: Acted): Promise<void> {
  const { class: kind, status, done, foundBy, messageId, subscriberId } = row
  const seen = { class: kind, status, done, foundBy, message: messageId, subscriber: subscriberId }
  deps.log.info('report.read', { report: report.id, way: report.way, ...seen })
  const how = kind === 'complaint' ? 'complaint' : 'mail'
  if (ended) deps.log.info('subscriber.unsubscribed', { subscriber: subscriberId, how })
  if (suppressed) await tellSuppressed(deps, suppressed)
}
