import type { Config } from '../config/config.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import type { DigestMessage } from '../digests/fill-page.ts'
import type { NoMatchesMessage } from '../digests/no-matches.ts'
import { openStoredContent } from '../digests/stored-content.repo.ts'
import { composedWelcome } from '../digests/welcome-message.ts'
import type { TakenMessage } from '../mail/message.ts'
import type { MailKind, RenderedEmail } from '../mail/rendering/template.ts'
import type { HeaderInput } from '../mail/smtp/build-mime.ts'
import { type Link, type LinkPurpose, linkEnd, secretById, signLink } from '../subscribers/links.ts'
import { ownDigestPage } from '../subscribers/page-links.ts'
import type { SignupEmailContent } from '../subscribers/record-signup-request.ts'
import type { GoodbyeMessage, LinkMessage } from '../subscribers/transactional-message.ts'
import type { ReaderLinks } from './digest-email.ts'
import type { LinkKind } from './link-emails.ts'
import type { Emails } from './render-emails.ts'

/** The data for an email besides the message's row. */
interface MailParts extends Deps {
  emails: Emails
}

type Mail = RenderedEmail & Pick<HeaderInput, 'unsubscribeUrl'>

/** Composes the email of a message of one kind. Throws message.without-content. */
type MailWriter = (parts: MailParts, message: TakenMessage) => Mail | Promise<Mail>

export const MAILS: Record<MailKind, MailWriter> = {
  digest: async ({ config, db, emails }, message) => {
    const content = await openStoredContent(db, message.digestContent)
    if (!content) throw new Fault('message.without-content', { id: message.id })
    const { epoch, ...frozen } = contentOf<DigestMessage>(message)
    const links = readerLinks(config, message, epoch)
    const email = emails.digest({ ...frozen, ...links, content })
    return { ...email, unsubscribeUrl: links.unsubscribeUrl }
  },
  /** To a subscriber whose topics have matched nothing for a while. It is sent and cancelled as digests are. */
  note: ({ config, emails }, message) => {
    const { epoch, ...content } = contentOf<NoMatchesMessage>(message)
    const { manageUrl, unsubscribeUrl } = readerLinks(config, message, epoch)
    return { ...emails.noMatches({ ...content, manageUrl, unsubscribeUrl }), unsubscribeUrl }
  },
  /** To a subscriber who just confirmed. It is sent and cancelled as digests are. */
  welcome: async ({ emails, ...deps }, message) => {
    const { epoch, papers: _, ...content } = await composedWelcome(deps, message, contentOf(message))
    const links = readerLinks(deps.config, message, epoch)
    return { ...emails.welcome({ ...content, ...links }), unsubscribeUrl: links.unsubscribeUrl }
  },
  /** To a new address: one button that begins a subscription. */
  confirmation: (parts, message) => {
    const { url: confirmUrl, ...email } = signupFields(parts, message)
    const { hour, days } = contentOf<SignupEmailContent>(message)
    const accountUrl = ownUrl(parts, message, 'account')
    return parts.emails.confirmation({ ...email, hour, days, confirmUrl, accountUrl })
  },
  /** To a subscriber: one button that adds the topics. */
  'add-topics': (parts, message) => {
    const { url: addUrl, ...email } = signupFields(parts, message)
    return parts.emails.addTopics({ ...email, addUrl, manageUrl: ownUrl(parts, message, 'manage') })
  },
  /** After a subscription was ended on the page, or by an unproven report: a button undoes it. */
  goodbye: ({ config, emails }, message) => {
    const { epoch, ...content } = contentOf<GoodbyeMessage>(message)
    const { subscriberId: id, datedAt } = message
    return emails.goodbye({
      ...content,
      undoUrl: linkTo(config, message, { purpose: 'resubscribe', id, epoch }),
      endedAt: datedAt.toISOString(),
      validUntil: linkEnd({ purpose: 'resubscribe', issuedAt: datedAt }).toISOString(),
    })
  },
  /** To a subscriber: the link to their settings. */
  'manage-link': linkMail('manage-link', 'manage'),
  /** A fresh link for actions that a forwarded digest must not allow: export, erase, new address. */
  'account-link': linkMail('account-link', 'account'),
  /** To an address that a subscriber entered as their new one. */
  'new-address': linkMail('new-address', 'move'),
  /** To the subscriber's old address; it does not reveal the new one. */
  moved: ({ config, emails }, message) => {
    const { zone, format } = contentOf<LinkMessage>(message)
    const contact = config.REPLY_TO ?? config.MAIL_FROM
    return emails.moved({ zone, format, at: message.datedAt.toISOString(), contact })
  },
}

/** The links of an email to a subscriber: to their settings, and to the same papers on the site. */
function readerLinks(config: Config, message: TakenMessage, epoch: number): ReaderLinks {
  const manageUrl = linkTo(config, message, { purpose: 'manage', id: message.subscriberId, epoch })
  return {
    unsubscribeUrl: linkTo(config, message, { purpose: 'unsubscribe', id: message.subscriberId, epoch }),
    manageUrl,
    viewUrl: linkTo(config, message, { purpose: 'digest', id: message.id }),
    ownViewUrl: ownDigestPage(manageUrl, message.id),
  }
}

/** The link to their settings or account; undefined if they have none, or did not request it. */
function ownUrl({ config }: MailParts, message: TakenMessage, purpose: 'manage' | 'account') {
  const { epoch } = contentOf<SignupEmailContent>(message)
  return epoch === undefined
    ? undefined
    : linkTo(config, message, { purpose, id: message.subscriberId, epoch })
}

function signupFields({ config }: MailParts, message: TakenMessage) {
  const { topics, zone, askedAt, signupId } = contentOf<SignupEmailContent>(message)
  return {
    topics: topics.map(({ query }) => query),
    zone,
    askedAt,
    validUntil: linkEnd({ purpose: 'confirm', issuedAt: message.datedAt }).toISOString(),
    url: linkTo(config, message, { purpose: 'confirm', id: String(signupId) }),
  }
}

function linkMail(kind: LinkKind, purpose: LinkPurpose): MailWriter {
  return ({ config, emails }, message) => {
    const { epoch, zone, format, asked, page = '', addressChangeId } = contentOf<LinkMessage>(message)
    const { datedAt, subscriberId } = message
    const end = linkEnd({ purpose, issuedAt: datedAt })
    const id = addressChangeId ? String(addressChangeId) : subscriberId
    return emails.link(kind, {
      zone,
      format,
      asked,
      at: datedAt.toISOString(),
      url: linkTo(config, message, { purpose, id, epoch }) + page,
      ...(!Number.isNaN(end.getTime()) && { until: end.toISOString() }),
    })
  }
}

/** The content that was stored when the message was enqueued. Throws message.without-content. */
function contentOf<Content>({ id, content }: TakenMessage): Content {
  if (!content) throw new Fault('message.without-content', { id })
  return content as Content
}

/**
 * The URL of a page behind a link in this email: dated and signed as the message's row says, so that a retry has the
 * same bytes. Links that confirm, or show a digest, have no epoch.
 */
function linkTo(
  config: Config,
  { datedAt, secretId }: Pick<TakenMessage, 'datedAt' | 'secretId'>,
  { epoch = 0, ...link }: Pick<Link, 'purpose' | 'id'> & { epoch?: number },
): string {
  const secret = secretById(secretId, config.APP_SECRET)
  return `${config.BASE_URL}/${link.purpose}/${signLink({ ...link, epoch, issuedAt: datedAt }, secret)}`
}
