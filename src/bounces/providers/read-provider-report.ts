import type { BounceEvent } from '../bounce-event.ts'
import type { Provider } from '../report.repo.ts'
import { readBrevo } from './brevo.ts'
import { readMailgun } from './mailgun.ts'
import { readPostmark } from './postmark.ts'
import { readSendgrid } from './sendgrid.ts'
import { readSes } from './ses.ts'
import { NOT_A_REPORT } from './to-bounce-event.ts'

const READERS: Record<Provider, (raw: Uint8Array) => BounceEvent[]> = {
  ses: readSes,
  sendgrid: readSendgrid,
  mailgun: readMailgun,
  postmark: readPostmark,
  brevo: readBrevo,
}

/**
 * Reads the body of a provider's webhook: one bounce event per recipient of each reported event, or a single
 * not-a-report event if there are none. Throws report.unreadable.
 */
export function readProviderReport(provider: Provider, raw: Uint8Array): BounceEvent[] {
  const reports = READERS[provider](raw).filter(({ class: kind }) => kind !== 'not-a-report')
  return reports.length > 0 ? reports : [NOT_A_REPORT]
}
