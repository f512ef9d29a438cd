import { dateAndTime } from '../i18n/dates.ts'
import { fill, words } from '../i18n/words.ts'
import { nameInSubject, type SiteIdentity } from '../mail/rendering/template.ts'
import { wrap } from '../mail/rendering/text.ts'
import { linkEnd } from '../subscribers/links.ts'
import type { MailFormat } from '../subscribers/subscriber.ts'
import type { GoodbyeMessage } from '../subscribers/transactional-message.ts'
import { contentOf, linkTo, type MailWriter, type Render } from './mail-writer.ts'

/** After a subscription was ended on the page, or by an unproven report: a button undoes it. */
export const goodbyeMail: MailWriter<{ goodbye: Render<GoodbyeEmail> }> = ({ config, emails }, message) => {
  const { subscriberId: id, datedAt } = message
  const { epoch, zone, format, reported } = contentOf<GoodbyeMessage>(message)
  const link = { purpose: 'resubscribe', id, epoch } as const
  const email = {
    undoUrl: linkTo(config, message, link),
    zone,
    endedAt: datedAt.toISOString(),
    validUntil: linkEnd({ purpose: 'resubscribe', issuedAt: datedAt }).toISOString(),
    format,
    reported,
  }
  return { kind: 'goodbye', ...emails.goodbye(email) }
}

/** The goodbye after a subscription was ended on the page or by a report: plain data, stored with the message. */
export interface GoodbyeEmail {
  undoUrl: string
  /** The zone in which instants are shown. */
  zone: string
  /** Instants in ISO 8601. */
  endedAt: string
  validUntil: string
  format: MailFormat
  /** An unproven report ended the subscription. */
  reported?: true
}

/** The `it` of templates/emails/goodbye. */
export interface GoodbyeView extends Omit<GoodbyeEmail, 'format' | 'reported'> {
  /** The reason and the time. */
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
