import { z } from 'zod'
import { object, parseJsonEvents, text } from '../../src/bounces/json-fields.ts'
import { basicLogin, type Provider, requireSigned } from '../../src/bounces/providers/provider.ts'
import { isSameSecret } from '../../src/core/secrets.ts'

const BODY = object({ email: text, event: text })

/** A provider whose only event is a complaint. */
export const example = {
  name: 'example',
  setting: {
    name: 'EXAMPLE_WEBHOOK_LOGIN',
    takes: z.string().includes(':', 'user:password'),
    isSecret: true,
  },
  messageId: /example-provider\.net>?$/i,
  prove: (_deps, { headers }, key) => {
    const isSigned = isSameSecret(basicLogin(headers), key)
    requireSigned(isSigned, { provider: 'example', setting: 'EXAMPLE_WEBHOOK_LOGIN' })
    return true
  },
  read: (raw) =>
    parseJsonEvents(raw).map((body) => {
      const { email: recipient, event } = BODY.parse(body)
      return { meaning: event === 'spam' ? 'complaint' : undefined, recipient, messageIds: [] }
    }),
} as const satisfies Provider
