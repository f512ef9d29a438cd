import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import { isSameSecret } from '../../core/secrets.ts'
import { object, parseJsonEvents, text } from '../json-fields.ts'
import { type ProofDeps, type Provider, requireRecent, type WebhookRequest } from './provider.ts'
import { isFailure, type Meanings, meaningOfWord, type ProviderEvent } from './provider-event.ts'
import { bindToken } from './used-token.repo.ts'

const MIN_SIGNING_KEY = 16

/** Mailgun generates it, so it may be shorter than our own secrets. */
const signingKey = z.string().min(MIN_SIGNING_KEY, 'the HTTP webhook signing key, as Mailgun shows it')

const SIGNATURE = object({
  signature: object({ timestamp: text, token: text, signature: text, 'parent-signature': text }),
})

const BODY = object({
  'event-data': object({
    event: text,
    severity: text,
    reason: text,
    recipient: text,
    // Without angle brackets.
    message: object({ headers: object({ 'message-id': text }) }),
    reject: object({ reason: text }),
    'delivery-status': object({ code: text, 'enhanced-code': text, message: text, description: text }),
  }),
})

const EVENTS: Meanings = {
  failed: 'hard',
  rejected: 'policy',
  complained: 'complaint',
  unsubscribed: 'unsubscribe',
}

/** suppress-…: Mailgun's own suppression list stopped the email. old: Mailgun stopped retrying. */
const REASONS: Meanings = {
  'suppress-complaint': 'complaint',
  'suppress-unsubscribe': 'unsubscribe',
  'suppress-bounce': 'dead',
  old: 'soft',
}

/** It retries for 8 hours: https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-retries */
const MAX_AGE_HOURS = 9

export const mailgun = {
  name: 'mailgun',
  setting: { name: 'MAILGUN_WEBHOOK_KEY', takes: signingKey, isSecret: true },
  messageId: /mailgun\.(?:org|net|info)>?$/i,
  prove,
  read: (raw) => parseJsonEvents(raw).map(toProviderEvent),
} as const satisfies Provider

/**
 * Retries have the first signature, which does not cover the event. So each token is bound to the body that it first
 * arrived with.
 */
async function prove({ db, clock }: ProofDeps, { raw }: WebhookRequest, key: string): Promise<boolean> {
  const signature = verifiedMailgunSignature(raw, key)
  if (!signature) throw new Fault('webhook.unsigned', { provider: 'mailgun', setting: 'MAILGUN_WEBHOOK_KEY' })
  const at = Number(signature.timestamp) * 1000
  requireRecent('mailgun', at, { now: clock.now(), hours: MAX_AGE_HOURS })
  if (!(await bindToken(db, { token: signature.token, raw, at: new Date(at) })))
    throw new Fault('webhook.token-used', { provider: 'mailgun' })
  return true
}

/**
 * The time (Unix, in seconds) and token of a body if they are signed: HMAC-SHA256, with the key of this account or of
 * its parent; else null. The event next to them is not signed. Throws report.unreadable.
 * https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
 */
export function verifiedMailgunSignature(
  raw: Uint8Array,
  key: string,
): { timestamp: string; token: string } | null {
  const { timestamp, token, ...sent } = SIGNATURE.parse(parseJsonEvents(raw)[0]).signature
  const right = createHmac('sha256', key).update(`${timestamp}${token}`).digest('hex')
  const isRight = Object.values(sent).some((one) => isSameSecret(one.toLowerCase(), right))
  return isRight && timestamp && token ? { timestamp, token } : null
}

/** https://documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure */
function toProviderEvent(body: object): ProviderEvent {
  const { event, recipient, message, reject, ...more } = BODY.parse(body)['event-data']
  const messageIds = [message.headers['message-id']]
  if (event !== 'failed')
    return { meaning: meaningOfWord(EVENTS, event), recipient, messageIds, reply: reject.reason }
  const { code, 'enhanced-code': status, ...words } = more['delivery-status']
  const meaning =
    more.severity === 'temporary'
      ? 'delayed'
      : (meaningOfWord(REASONS, more.reason) ?? meaningOfWord(EVENTS, event))
  const failed = { meaning, recipient, messageIds, reply: words.message || words.description }
  return isFailure(meaning) ? { ...failed, status, code: meaning === 'hard' ? code : '' } : failed
}
