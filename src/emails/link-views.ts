import { dateAndTime } from '../i18n/dates.ts'
import { words } from '../i18n/words.ts'
import { nameInSubject, type SiteIdentity } from '../mail/templates/rendered-email.ts'
import { wrap } from '../mail/templates/wrap.ts'
import type { MailFormat } from '../subscribers/subscriber.ts'

interface AccountEmail {
  /** In which instants are shown. */
  zone: string
  /** When it was asked for, or done: ISO 8601. */
  at: string
  format: MailFormat
}

/** One button that opens a page: the digests' settings, the account, or the press that moves them to this address. */
export interface LinkEmail extends AccountEmail {
  url: string
  /** ISO 8601; absent for a link that does not end by itself. */
  until?: string
  /** They asked for this link by itself. */
  asked?: boolean
}

/** To the address that digests went to before. */
export interface MovedEmail extends AccountEmail {
  /** Whom to write to. */
  contact: string
}

interface AccountView extends Pick<AccountEmail, 'zone' | 'at'> {
  site: SiteIdentity
  /** For the subject, in ASCII. */
  siteName: string
  wrap: typeof wrap
}

/** What the tags of templates/emails/manage-link, account-link and new-address read as `it`. */
export interface LinkView extends AccountView {
  says: Record<keyof typeof words.emails.accountLink, string>
  url: string
  until: string
}

/** What the tags of templates/emails/moved read as `it`. */
export interface MovedView extends AccountView {
  contact: string
}

const SAYS = {
  'manage-link': words.emails.manageLink,
  'account-link': words.emails.accountLink,
  'new-address': words.emails.newAddress,
}
const { heading, lead } = words.emails.manageLinkAsked
const ASKED = { ...words.emails.manageLink, heading, lead }
export type LinkKind = keyof typeof SAYS

export const linkView = (site: SiteIdentity, kind: LinkKind, email: LinkEmail): LinkView => ({
  ...accountView(site, email),
  says: kind === 'manage-link' && email.asked ? ASKED : SAYS[kind],
  url: email.url,
  until: email.until ? dateAndTime(email.until, email.zone) : '',
})

export const movedView = (site: SiteIdentity, email: MovedEmail): MovedView => ({
  ...accountView(site, email),
  contact: email.contact,
})

const accountView = (site: SiteIdentity, { zone, at }: AccountEmail): AccountView => ({
  site,
  siteName: nameInSubject(site),
  zone,
  at: dateAndTime(at, zone),
  wrap,
})
