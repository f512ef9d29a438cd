import { dateAndTime, longDateOf } from '../i18n/dates.ts'
import { fill, words } from '../i18n/words.ts'
import type { MailFormat } from '../subscribers/subscriber.ts'

interface AccountEmail {
  /** The zone in which instants are shown. */
  zone: string
  /** When it was requested or done: ISO 8601. */
  at: string
  format: MailFormat
}

/** An email with one button that opens a page: the settings, the account, or the confirmation of a new address. */
export interface LinkEmail extends AccountEmail {
  url: string
  /** ISO 8601; absent for a link that does not expire. */
  until?: string
  /** They requested this link explicitly. */
  asked?: boolean
}

/** To the subscriber's old address. */
export interface MovedEmail extends AccountEmail {
  /** The address for questions. */
  contact: string
}

/** After a subscription was ended on the page or by a report. */
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

const SAYS = {
  'manage-link': words.emails.manageLink,
  'account-link': words.emails.accountLink,
  'new-address': words.emails.newAddress,
}
const { heading, lead } = words.emails.manageLinkAsked
const ASKED = { ...words.emails.manageLink, heading, lead }
export type LinkKind = keyof typeof SAYS

export const linkView = (kind: LinkKind, { url, zone, at, until, asked }: LinkEmail) => ({
  says: kind === 'manage-link' && asked ? ASKED : SAYS[kind],
  date: longDateOf(at, zone),
  url,
  zone,
  at: dateAndTime(at, zone),
  until: until ? dateAndTime(until, zone) : '',
})

export const movedView = ({ zone, at, contact }: MovedEmail) => ({
  date: longDateOf(at, zone),
  zone,
  at: dateAndTime(at, zone),
  contact,
})

export function goodbyeView({ undoUrl, zone, reported, endedAt, validUntil }: GoodbyeEmail) {
  const { reportedLead, pressedLead, reportedMistake, pressedMistake } = words.emails.goodbye
  return {
    date: longDateOf(endedAt, zone),
    undoUrl,
    zone,
    lead: fill(reported ? reportedLead : pressedLead, { at: dateAndTime(endedAt, zone), zone }),
    mistake: reported ? reportedMistake : pressedMistake,
    validUntil: dateAndTime(validUntil, zone),
  }
}
