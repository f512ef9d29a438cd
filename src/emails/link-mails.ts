import type { TakenMessage } from '../mail/message.ts'
import type { RenderedEmail } from '../mail/templates/template.ts'
import type { LinkMessage } from '../subscribers/link-message.ts'
import { type LinkPurpose, linkEnd } from '../subscribers/link-token.ts'
import { topicLink } from '../subscribers/links.ts'
import type { LinkEmail, LinkKind, MovedEmail } from './link-views.ts'
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
  const { epoch, zone, format, asked, at, moveId } = contentOf<LinkMessage>(message)
  const end = linkEnd({ purpose, issuedAt: message.datedAt })
  const id = moveId ? String(moveId) : message.subscriberId
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
