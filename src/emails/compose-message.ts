import type { Config } from '../config/config.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import type { Compose, TakenMessage } from '../mail/message.ts'
import type { MailKind } from '../mail/rendering/template.ts'
import {
  buildMime,
  type HeaderInput,
  joinMime,
  type Sender,
  toOutgoingMail,
} from '../mail/smtp/build-mime.ts'
import { assertDkimSigns, type DkimKey, loadDkimKey } from '../mail/smtp/dkim.ts'
import { secretById } from '../subscribers/links.ts'
import { returnAddress, returnToken } from '../subscribers/return-address.ts'
import { MAILS } from './mail-writers.ts'
import { openEmails } from './render-emails.ts'

/**
 * Loads templates and signing key once, and returns the function that composes a message's email. It uses only the
 * message's row, so that a retry has the same bytes; the first time, it adds the papers of a welcome to that row.
 * Throws dkim.cannot-sign for a key that cannot sign.
 */
export async function openComposer(deps: Deps): Promise<Compose> {
  const { config } = deps
  const dkim = await openDkim(config)
  const emails = await openEmails(siteOf(config), config.DATA_DIR)
  const sender = senderOf(config)
  return async (message) => {
    const kind = message.kind as MailKind
    if (!MAILS[kind]) throw new Fault('message.without-content', { id: message.id })
    const email = await MAILS[kind]({ ...deps, emails }, message)
    const { id, datedAt, toAddress } = message
    const { unsubscribeUrl } = email
    const row = { kind, id, datedAt, toAddress, unsubscribeUrl, ...returnAddressesOf(config, message) }
    const mail = toOutgoingMail(row, email, sender)
    const { envelope, html } = mail
    if (dkim || html === undefined) return { ...envelope, raw: await buildMime(mail, dkim) }
    // Not before its body begins: the bytes of emails that wait outlive the collections of young garbage.
    return {
      ...envelope,
      get raw() {
        return joinMime(mail, html)
      },
    }
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
  footer: config.SITE_FOOTER,
  color: config.SITE_COLOR,
  privacyUrl: config.PRIVACY_URL ?? `${config.BASE_URL}/privacy`,
})

export const senderOf = (config: Config): Sender => ({
  address: config.MAIL_FROM,
  name: config.MAIL_FROM_NAME,
  replyTo: config.REPLY_TO,
  siteName: config.SITE_NAME,
})

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
