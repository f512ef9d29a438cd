import type { Maker } from '../report.repo.ts'
import type { Told } from '../told.ts'
import { readBrevo } from './brevo.ts'
import { readMailgun } from './mailgun.ts'
import { readPostmark } from './postmark.ts'
import { readSendgrid } from './sendgrid.ts'
import { readSes } from './ses.ts'
import { NOT_A_REPORT } from './tell.ts'

const READERS: Record<Maker, (raw: Uint8Array) => Told[]> = {
  ses: readSes,
  sendgrid: readSendgrid,
  mailgun: readMailgun,
  postmark: readPostmark,
  brevo: readBrevo,
}

/**
 * What the body of a maker's webhook says: one for each recipient of each event that is a report; where none is, one that
 * says so. Throws report.unreadable.
 */
export function readMakerReport(maker: Maker, raw: Uint8Array): Told[] {
  const reports = READERS[maker](raw).filter(({ class: kind }) => kind !== 'not-a-report')
  return reports.length > 0 ? reports : [NOT_A_REPORT]
}
