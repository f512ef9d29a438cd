import { dateAndTime } from '../i18n/dates.ts'
import { fill, words } from '../i18n/words.ts'
import { nameInSubject, type SiteIdentity } from '../mail/templates/rendered-email.ts'
import { wrap } from '../mail/templates/wrap.ts'
import type { MailFormat } from '../subscribers/subscriber.ts'

/** To somebody whose subscription was ended on the page or by a report: plain data, as it is stored with the message. */
export interface GoodbyeEmail {
  undoUrl: string
  /** In which instants are shown. */
  zone: string
  /** Instants in ISO 8601. */
  endedAt: string
  validUntil: string
  format: MailFormat
  /** A report that could be forged ended it. */
  reported?: true
}

/** What the tags of templates/emails/goodbye read as `it`. */
export interface GoodbyeView extends Omit<GoodbyeEmail, 'format' | 'reported'> {
  /** Why, and since when. */
  lead: string
  mistake: string
  site: SiteIdentity
  /** For the subject, in ASCII. */
  siteName: string
  wrap: typeof wrap
}

export function goodbyeView(site: SiteIdentity, email: GoodbyeEmail): GoodbyeView {
  const { undoUrl, zone, reported } = email
  const { reportedLead, pressedLead, reportedMistake, pressedMistake } = words.emails.goodbye
  const endedAt = dateAndTime(email.endedAt, zone)
  return {
    site,
    siteName: nameInSubject(site),
    undoUrl,
    zone,
    lead: fill(reported ? reportedLead : pressedLead, { at: endedAt, zone }),
    mistake: reported ? reportedMistake : pressedMistake,
    endedAt,
    validUntil: dateAndTime(email.validUntil, zone),
    wrap,
  }
}
