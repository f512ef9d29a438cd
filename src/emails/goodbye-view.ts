import type { MailFormat } from '../subscribers/subscriber.ts'
import { moment } from '../words/dates.ts'
import { wrap } from './columns.ts'
import { nameInSubject, type SiteIdentity } from './email.ts'

/** To somebody whose subscription was ended on the page: plain data, as it is stored with the message. */
export interface GoodbyeEmail {
  undoUrl: string
  /** In which instants are shown. */
  zone: string
  /** Instants in ISO 8601. */
  endedAt: string
  validUntil: string
  format: MailFormat
}

/** What the tags of templates/emails/goodbye read as `it`. */
export interface GoodbyeView extends Omit<GoodbyeEmail, 'format'> {
  site: SiteIdentity
  /** For the subject, in ASCII. */
  siteName: string
  wrap: typeof wrap
}

export const goodbyeView = (site: SiteIdentity, email: GoodbyeEmail): GoodbyeView => ({
  site,
  siteName: nameInSubject(site),
  undoUrl: email.undoUrl,
  zone: email.zone,
  endedAt: moment(email.endedAt, email.zone),
  validUntil: moment(email.validUntil, email.zone),
  wrap,
})
