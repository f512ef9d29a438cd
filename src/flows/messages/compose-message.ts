import type { Config } from '../../config.ts'
import { buildMime } from '../../delivery/build-mime.ts'
import { assertDkimSigns, type DkimKey, loadDkimKey } from '../../delivery/dkim.ts'
import type { Compose, ComposedMail, TakenMessage } from '../../delivery/message.ts'
import { digestContent } from '../../digests/digest-store.ts'
import type { RenderedEmail } from '../../emails/email.ts'
import { type Emails, openEmails } from '../../emails/emails.ts'
import { type Addressed, addressed, type Sender } from '../../emails/headers.ts'
import { Fault } from '../../platform/errors.ts'
import { type Link, linkEnd, secretNamed, signLink } from '../../subscribers/link-token.ts'
import type { Deps } from '../../wiring.ts'
import type { DigestMessage } from '../digests/fill-page.ts'
import type { AnswerContent } from '../signup/ask.ts'

type Mail = RenderedEmail & Pick<Addressed, 'kind' | 'unsubscribeUrl'>

/**
 * Opens templates and signing key once, and returns what makes a message's mail: from its row alone, so that a second
 * try has the same bytes. Throws dkim.cannot-sign for a key that does not sign.
 */
export async function openComposer({ config, db }: Deps): Promise<Compose> {
  const dkim = await openDkim(config)
  const emails = await openEmails(siteOf(config))
  const sender = senderOf(config)
  return async (message) => {
    const mail =
      message.kind === 'digest'
        ? await digestMail({ config, db }, emails, message)
        : answerMail(config, emails, message)
    return finish(message, mail, sender, dkim)
  }
}

async function openDkim(config: Config): Promise<DkimKey | undefined> {
  const key = loadDkimKey(config)
  if (key) await assertDkimSigns(key)
  return key
}

export const siteOf = (config: Config) => ({
  name: config.SITE_NAME,
  baseUrl: config.BASE_URL,
  postalAddress: config.POSTAL_ADDRESS,
  privacyUrl: config.PRIVACY_URL ?? `${config.BASE_URL}/privacy`,
})

export const senderOf = (config: Config): Sender => ({
  address: config.MAIL_FROM,
  name: config.MAIL_FROM_NAME,
  replyTo: config.REPLY_TO,
  siteName: config.SITE_NAME,
  bounceDomain: config.BOUNCE_DOMAIN,
})

async function digestMail(
  { config, db }: Pick<Deps, 'config' | 'db'>,
  emails: Emails,
  message: TakenMessage,
): Promise<Mail> {
  const content = message.digestId === null ? null : await digestContent(db, message.digestId)
  const frozen = message.content as DigestMessage | null
  if (!content || !frozen) throw new Fault('message.without-content', { id: message.id })
  const unsubscribeUrl = linkTo(config, message, { purpose: 'unsubscribe', id: message.subscriberId })
  return { kind: 'digest', unsubscribeUrl, ...emails.digest({ ...frozen, content, unsubscribeUrl }) }
}

function answerMail(config: Config, emails: Emails, message: TakenMessage): Mail {
  const { kind } = message
  const content = message.content as AnswerContent | null
  if (!content || (kind !== 'confirmation' && kind !== 'add-topics')) {
    throw new Fault('message.without-content', { id: message.id })
  }
  const link: LinkPart = { purpose: 'confirm', id: String(content.signupId) }
  const url = linkTo(config, message, link)
  const email = {
    topics: content.topics.map(({ query }) => query),
    zone: content.zone,
    askedAt: content.askedAt,
    validUntil: linkEnd({ purpose: link.purpose, issuedAt: message.datedAt }).toISOString(),
  }
  if (kind === 'add-topics') return { kind, ...emails.addTopics({ ...email, addUrl: url }) }
  const { hour, days } = content
  return { kind, ...emails.confirmation({ ...email, hour, days, confirmUrl: url }) }
}

type LinkPart = Pick<Link, 'purpose' | 'id'>

// Dated and signed as the row says; the epoch has no say over these two purposes.
function linkTo(config: Config, { datedAt, secretId }: TakenMessage, link: LinkPart): string {
  const secret = secretNamed(secretId, config.APP_SECRET)
  return `${config.BASE_URL}/${link.purpose}/${signLink({ ...link, epoch: 0, issuedAt: datedAt }, secret)}`
}

async function finish(
  { id, datedAt, toAddress }: TakenMessage,
  { kind, unsubscribeUrl, ...email }: Mail,
  sender: Sender,
  dkim: DkimKey | undefined,
): Promise<ComposedMail> {
  const mail = addressed({ kind, id, datedAt, toAddress, unsubscribeUrl }, email, sender)
  return { ...mail.envelope, raw: await buildMime(mail, dkim) }
}
