import type { ServiceDeps } from '../core/deps.ts'
import { readReturnAddress } from '../subscribers/return-address.ts'
import { MAX_BYTES } from './mail/parse-mail.ts'
import { insertReport as keep, type NewReport } from './report.repo.ts'

/** A request to unsubscribe needs only the address that it was sent to. */
const MAX_REQUEST_BYTES = 256_000

/**
 * Stores a report before it is acknowledged, and queues it for reading. A report that was stored before is no error.
 */
export async function acceptReport(deps: ServiceDeps, report: Omit<NewReport, 'at'>): Promise<void> {
  const { db, clock, log, queue, config } = deps
  const isUnsubscribe =
    readReturnAddress(report.recipient ?? '', config.APP_SECRET)?.purpose === 'unsubscribe'
  const raw = report.raw.subarray(0, isUnsubscribe ? MAX_REQUEST_BYTES : MAX_BYTES)
  const isNew = await keep(db, { ...report, raw, at: clock.now() })
  log.info('report.kept', { channel: report.channel, bytes: report.raw.length, again: !isNew })
  if (isNew) await queue.nudge('read-reports')
}
