import { createPublicKey } from 'node:crypto'
import { z } from 'zod'
import { undefinedIfThrown } from '../core/errors.ts'
import { imapUrl } from './mail-urls.ts'
import { domainName, httpUrl, listenAddress, password, secret } from './setting-schemas.ts'

/** "arn:aws:sns:eu-west-1:123456789012:bounces" */
const topicArn = z
  .string()
  .regex(
    /^arn:aws(?:-[a-z-]+)?:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/,
    'the ARN of the SNS topic, such as arn:aws:sns:eu-west-1:123456789012:bounces',
  )

const publicKeyIn = (text: string) =>
  createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })

/** SendGrid's public key: base64 of DER (SPKI), on the curve P-256. */
const verificationKey = z
  .string()
  .refine(
    (text) => undefinedIfThrown(() => publicKeyIn(text))?.asymmetricKeyDetails?.namedCurve === 'prime256v1',
    'the verification key of the Signed Event Webhook, as SendGrid shows it',
  )

const MIN_SIGNING_KEY = 16

/** Mailgun generates it, so it may be shorter than our own secrets. */
const signingKey = z.string().min(MIN_SIGNING_KEY, 'the HTTP webhook signing key, as Mailgun shows it')

/** "user:password", as in the URL of a webhook. */
const login = z
  .string()
  .refine(
    (text) => /^[^\s:]+:/.test(text) && password.safeParse(text.slice(text.indexOf(':') + 1)).success,
    'user:password, the password of 12 characters or more, for example from: openssl rand -hex 16',
  )

export const bounceSettings = {
  BOUNCE_DOMAIN: domainName.optional(),
  BOUNCE_LMTP: listenAddress.optional(),
  BOUNCE_SMTP: listenAddress.optional(),
  BOUNCE_IMAP: imapUrl.optional(),
  BOUNCE_IMAP_USER: z.string().optional(),
  BOUNCE_IMAP_PASSWORD: z.string().optional(),
  SES_TOPIC_ARN: topicArn.optional(),
  SNS_URL: httpUrl.optional(),
  SENDGRID_WEBHOOK_KEY: verificationKey.optional(),
  MAILGUN_WEBHOOK_KEY: signingKey.optional(),
  POSTMARK_WEBHOOK_LOGIN: login.optional(),
  BREVO_WEBHOOK_TOKEN: secret.optional(),
}

export const BOUNCE_SECRETS = Object.keys(bounceSettings).filter((name) => /_IMAP|_WEBHOOK_/.test(name))

export function faultsBetweenBounceSettings(values: Record<string, string | undefined>) {
  const listening = ['BOUNCE_LMTP', 'BOUNCE_SMTP'].filter((name) => values[name])
  const login = ['BOUNCE_IMAP_USER', 'BOUNCE_IMAP_PASSWORD']
  const isLoginMissing =
    values.BOUNCE_IMAP && !values.BOUNCE_IMAP.includes('@') && !login.every((name) => values[name])
  return [
    ...(listening.length > 0 && !values.BOUNCE_DOMAIN
      ? [{ names: ['BOUNCE_DOMAIN', ...listening], what: 'also set BOUNCE_DOMAIN, whose email it receives' }]
      : []),
    ...(isLoginMissing ? [{ names: login, what: 'set both, for the mailbox of BOUNCE_IMAP' }] : []),
  ]
}
