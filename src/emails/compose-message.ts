import type { Config } from '../config/config.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import type { Compose, ComposedMail, TakenMessage } from '../mail/message.ts'
import {
  MAIL_KINDS,
  type MailKind,
  openTemplate,
  type RenderedEmail,
  renderMjml,
  type SiteIdentity,
  type Template,
} from '../mail/rendering/template.ts'
import { buildMime, type HeaderInput, type Sender, toOutgoingMail } from '../mail/smtp/build-mime.ts'
import { assertDkimSigns, type DkimKey, loadDkimKey } from '../mail/smtp/dkim.ts'
import { returnAddress, returnToken, secretById } from '../subscribers/links.ts'
import type { MailDetail, MailFormat } from '../subscribers/subscriber.ts'
import { type DigestEmail, type DigestView, digestMail, digestView } from './digest-email.ts'
import { type GoodbyeEmail, type GoodbyeView, goodbyeMail, goodbyeView } from './goodbye-email.ts'
import {
  accountLinkMail,
  type LinkEmail,
  type LinkKind,
  type LinkView,
  linkView,
  type MovedEmail,
  type MovedView,
  manageLinkMail,
  movedMail,
  movedView,
  newAddressMail,
} from './link-emails.ts'
import type { Mail, MailWriter, Render } from './mail-writer.ts'
import { type NoMatchesEmail, type NoMatchesView, noMatchesMail, noMatchesView } from './no-matches-email.ts'
import type { PaperDetail } from './sections-view.ts'
import {
  type AddTopicsEmail,
  addTopicsMail,
  addTopicsView,
  type ConfirmationEmail,
  type ConfirmationView,
  confirmationMail,
  confirmationView,
  type SignupEmailView,
} from './signup-emails.ts'
import { type WelcomeEmail, type WelcomeView, welcomeMail, welcomeView } from './welcome-email.ts'

const MAILS: Record<MailKind, MailWriter<Emails>> = {
  digest: digestMail,
  confirmation: confirmationMail,
  'add-topics': addTopicsMail,
  goodbye: goodbyeMail,
  note: noMatchesMail,
  welcome: welcomeMail,
  'manage-link': manageLinkMail,
  'account-link': accountLinkMail,
  'new-address': newAddressMail,
  moved: movedMail,
}

/**
 * Loads templates and signing key once, and returns the function that composes a message's email. It uses only the
 * message's row, so that a retry has the same bytes. Throws dkim.cannot-sign for a key that cannot sign.
 */
export async function openComposer({ config, db }: Deps): Promise<Compose> {
  const dkim = await openDkim(config)
  const emails = await openEmails(siteOf(config))
  const sender = senderOf(config)
  return async (message) => {
    const mailOf = MAILS[message.kind as MailKind]
    if (!mailOf) throw new Fault('message.without-content', { id: message.id })
    return finish(message, await mailOf({ config, db, emails }, message), { config, sender, dkim })
  }
}

/** Loads the configured key and tests it. Throws dkim.cannot-sign. */
export async function openDkim(config: Config): Promise<DkimKey | undefined> {
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
})

interface Finish {
  config: Config
  sender: Sender
  dkim: DkimKey | undefined
}

async function finish(
  message: TakenMessage,
  { kind, unsubscribeUrl, ...email }: Mail,
  { config, sender, dkim }: Finish,
): Promise<ComposedMail> {
  const { id, datedAt, toAddress } = message
  const row = { kind, id, datedAt, toAddress, unsubscribeUrl, ...returnAddressesOf(config, message) }
  const mail = toOutgoingMail(row, email, sender)
  return { ...mail.envelope, raw: await buildMime(mail, dkim) }
}

/** Signs as the message's row says, so that a retry has the same bytes. */
function returnAddressesOf(
  { BOUNCE_DOMAIN: domain, APP_SECRET }: Config,
  { id, subscriberId, secretId }: TakenMessage,
): Pick<HeaderInput, 'token' | 'returnAddresses'> {
  const secret = secretById(secretId, APP_SECRET)
  const token = returnToken({ purpose: 'bounce', id }, secret)
  const returnAddresses = domain
    ? {
        sender: returnAddress({ purpose: 'bounce', id }, secret, domain),
        unsubscribe: returnAddress({ purpose: 'unsubscribe', id: subscriberId }, secret, domain),
      }
    : undefined
  return { token, returnAddresses }
}

/** All emails of a site: typed values in, subject and parts out. */
export interface Emails {
  digest: Render<DigestEmail>
  confirmation: Render<ConfirmationEmail>
  addTopics: Render<AddTopicsEmail>
  goodbye: Render<GoodbyeEmail>
  noMatches: Render<NoMatchesEmail>
  welcome: Render<WelcomeEmail>
  link(kind: LinkKind, email: LinkEmail): RenderedEmail
  moved: Render<MovedEmail>
}

/** Compiles the templates, once per process. */
export async function openEmails(site: SiteIdentity): Promise<Emails> {
  const laidOut = await renderMjml(MAIL_KINDS)
  const open = <View extends object>(name: MailKind) => openTemplate<View>(name, laidOut[name])
  const digest = await open<DigestView>('digest')
  const confirmation = await open<ConfirmationView>('confirmation')
  const addTopics = await open<SignupEmailView>('add-topics')
  const goodbye = await open<GoodbyeView>('goodbye')
  const note = await open<NoMatchesView>('note')
  const welcome = await open<WelcomeView>('welcome')
  const links: Record<LinkKind, Template<LinkView>> = {
    'manage-link': await open('manage-link'),
    'account-link': await open('account-link'),
    'new-address': await open('new-address'),
  }
  const moved = await open<MovedView>('moved')
  return {
    digest: (email) => renderFitting(digest, email, (detail) => digestView(site, email, detail)),
    confirmation: (email) => confirmation.render(confirmationView(site, email)),
    addTopics: (email) => addTopics.render(addTopicsView(site, email)),
    goodbye: (email) => inFormat(goodbye, email.format, goodbyeView(site, email)),
    noMatches: (email) => inFormat(note, email.format, noMatchesView(site, email)),
    welcome: (email) => renderFitting(welcome, email, (detail) => welcomeView(site, email, detail)),
    link: (kind, email) => inFormat(links[kind], email.format, linkView(site, kind, email)),
    moved: (email) => inFormat(moved, email.format, movedView(site, email)),
  }
}

const inFormat = <View extends object>(
  template: Template<View>,
  format: MailFormat,
  view: View,
): RenderedEmail => (format === 'text' ? template.renderText(view) : template.render(view))

/** Mail clients cut an HTML part off at 102 kB, and the footer with it. In bytes as sent. */
export const HTML_BUDGET = 95_000

const WHOLE: PaperDetail = { title: 400, reason: 240, body: { snippet: 4_000 } }
const SHORTER: PaperDetail[] = [
  WHOLE,
  { title: 400, reason: 240, body: { snippet: 300 } },
  { title: 160, reason: 120, body: { snippet: 120 } },
]
const TITLES: PaperDetail = { title: 400, reason: 90 }
// Stays within the budget whatever 25 papers contain.
const BARE: PaperDetail = { title: 160, reason: 0 }

interface Chosen {
  format: MailFormat
  detail: MailDetail
}

/** Renders an email with papers in the subscriber's format, with the most detail whose HTML is within the budget. */
function renderFitting<View extends object>(
  template: Template<View>,
  { format, detail }: Chosen,
  viewOf: (detail: PaperDetail) => View,
): RenderedEmail {
  const details = detail === 'titles' ? [TITLES] : SHORTER
  if (format === 'text') return template.renderText(viewOf(details[0]!))
  const render = (one: PaperDetail) => template.render(viewOf(one))
  const fits = ({ html }: { html: string }) => encodedSize(html) < HTML_BUDGET
  return details.values().map(render).find(fits) ?? render(BARE)
}

const MIN_LINE_LENGTH = 50
const SOFT_BREAK = 3

/**
 * The maximum number of bytes of a text as quoted-printable in UTF-8. An encoder may end a line at a blank, up to 25
 * columns early.
 */
export function encodedSize(text: string): number {
  let bytes = 0
  for (let i = 0; i < text.length; i++) bytes += encodedLength(text.charCodeAt(i))
  return bytes + SOFT_BREAK * Math.ceil(bytes / MIN_LINE_LENGTH)
}

function encodedLength(unit: number): number {
  if (unit === 0x0a) return 2
  if (unit < 0x80) return unit === 0x3d || unit < 0x20 ? 3 : 1
  if (unit < 0x800) return 6
  // Each half of a surrogate pair counts for two of the pair's four bytes.
  return unit >= 0xd800 && unit <= 0xdfff ? 6 : 9
}
