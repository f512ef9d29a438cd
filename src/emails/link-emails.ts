import { dateAndTime } from '../i18n/dates.ts'
import { words } from '../i18n/words.ts'
import type { TakenMessage } from '../mail/message.ts'
import { nameInSubject, type RenderedEmail, type SiteIdentity } from '../mail/rendering/template.ts'
import { wrap } from '../mail/rendering/text.ts'
import { type LinkPurpose, linkEnd, topicLink } from '../subscribers/links.ts'
import type { MailFormat } from '../subscribers/subscriber.ts'
import type { LinkMessage } from '../subscribers/transactional-message.ts'
import { contentOf, linkTo, type Mail, type MailParts, type MailWriter, type Render } from './mail-writer.ts'

interface LinkEmails {
  link(kind: LinkKind, email: LinkEmail): RenderedEmail
}

/** To a subscriber: the link to their settings. */
export const manageLinkMail: MailWriter<LinkEmails> = (parts, message) =>
  linkMail('manage-link', 'manage', parts, message)

/** A fresh link for actions that a forwarded digest must not allow: export, erase, new address. */
export const accountLinkMail: MailWriter<LinkEmails> = (parts, message) =>
  linkMail('account-link', 'account', parts, message)

/** To an address that a subscriber entered as their new one. */
export const newAddressMail: MailWriter<LinkEmails> = (parts, message) =>
  linkMail('new-address', 'move', parts, message)

/** To the subscriber's old address; it does not reveal the new one. */
export const movedMail: MailWriter<{ moved: Render<MovedEmail> }> = ({ config, emails }, message) => {
  const { zone, format } = contentOf<LinkMessage>(message)
  const contact = config.REPLY_TO ?? config.MAIL_FROM
  return { kind: 'moved', ...emails.moved({ zone, format, at: message.datedAt.toISOString(), contact }) }
}

function linkMail(
  kind: LinkKind,
  purpose: LinkPurpose,
  { config, emails }: MailParts<LinkEmails>,
  message: TakenMessage,
): Mail {
  const { epoch, zone, format, asked, at, addressChangeId } = contentOf<LinkMessage>(message)
  const end = linkEnd({ purpose, issuedAt: message.datedAt })
  const id = addressChangeId ? String(addressChangeId) : message.subscriberId
  const url = linkTo(config, message, { purpose, id, epoch })
  const email = {
    url: at ? topicLink(url, at) : url,
    at: message.datedAt.toISOString(),
    ...(!Number.isNaN(end.getTime()) && { until: end.toISOString() }),
    zone,
    format,
    asked,
  }
  return { kind, ...emails.link(kind, email) }
}

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

interface AccountView extends Pick<AccountEmail, 'zone' | 'at'> {
  site: SiteIdentity
  /** For the subject, in ASCII. */
  siteName: string
  wrap: typeof wrap
}

/** The `it` of templates/emails/manage-link, account-link and new-address. */
export interface LinkView extends AccountView {
  says: Record<keyof typeof words.emails.accountLink, string>
  url: string
  until: string
}

/** The `it` of templates/emails/moved. */
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
