import { secret } from '../../config/setting-schemas.ts'
import { isSameSecret } from '../../core/secrets.ts'
import { object, parseJsonEvents, text } from '../json-fields.ts'
import { basicLogin, type Provider, requireSigned } from './provider.ts'
import { type Meanings, meaningOfWord, type ProviderEvent } from './provider-event.ts'

const BODY = object({ email: text, event: text, reason: text, 'message-id': text })

/** The documentation has both "hard_bounce" and "hardBounce". */
const EVENTS: Meanings = {
  hardbounce: 'hard',
  invalidemail: 'hard',
  invalid: 'hard',
  softbounce: 'soft',
  blocked: 'policy',
  error: 'unsaid',
  deferred: 'delayed',
  spam: 'complaint',
  complaint: 'complaint',
  unsubscribed: 'unsubscribe',
  unsubscribe: 'unsubscribe',
}

export const brevo = {
  name: 'brevo',
  setting: { name: 'BREVO_WEBHOOK_TOKEN', takes: secret, isSecret: true },
  messageId: /(?:mailin\.fr|sendinblue\.com|brevo\.com)>?$/i,
  // It retries no status from 400 on except 429: https://developers.brevo.com/docs/retry-mechanism
  unavailableStatus: 429,
  /** Accepts the key as a bearer token, or as the password of any user. https://developers.brevo.com/docs/secured-webhooks */
  prove: (_deps, { headers }, key) => {
    const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
    const isSigned = isSameSecret(bearer ?? basicLogin(headers).replace(/^[^:]*:/, ''), key)
    requireSigned(isSigned, { provider: 'brevo', setting: 'BREVO_WEBHOOK_TOKEN' })
    return true
  },
  read: (raw) => parseJsonEvents(raw).map(toProviderEvent),
} as const satisfies Provider

/** https://developers.brevo.com/docs/transactional-webhooks */
function toProviderEvent(body: object): ProviderEvent {
  const { email: recipient, event, reason, 'message-id': messageId } = BODY.parse(body)
  const meaning = meaningOfWord(EVENTS, event.toLowerCase().replaceAll('_', ''))
  const reply = meaning === 'complaint' || meaning === 'unsubscribe' ? '' : reason
  return { meaning, recipient, messageIds: [messageId], reply }
}
