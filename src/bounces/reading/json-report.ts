import type { RecipientStatus } from './delivery-status.ts'

/** A bounce or complaint that a mail service emails as JSON: the recipients, and the server replies that it quotes. */
export interface JsonReport {
  groups: RecipientStatus[]
  complained: string[]
}

type Json = Record<string, unknown>

const MAX_RECIPIENTS = 200

/** Null if the text contains no such JSON. */
export function parseJsonReport(own: string): JsonReport | null {
  if (!/"(?:bouncedRecipients|complainedRecipients|notificationType|eventType)\\?"/.test(own)) return null
  const outer = parsed(own.slice(own.indexOf('{'), own.lastIndexOf('}') + 1))
  const inner = typeof outer?.Message === 'string' ? parsed(outer.Message) : outer
  if (!inner) return null
  const bounced = listIn(inner.bounce, 'bouncedRecipients')
  const complained = listIn(inner.complaint, 'complainedRecipients')
  return {
    groups: bounced.map((one) => ({
      recipient: textOf(one.emailAddress),
      action: textOf(one.action)?.toLowerCase() ?? 'failed',
      status: textOf(one.status),
      diagnostic: toDiagnostic(textOf(one.diagnosticCode)),
    })),
    complained: complained.flatMap((one) => textOf(one.emailAddress) ?? []),
  }
}

function parsed(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text.replace(/\n/g, ' '))
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function listIn(holder: unknown, name: string): Json[] {
  const list = isObject(holder) ? holder[name] : null
  return Array.isArray(list) ? list.filter(isObject).slice(0, MAX_RECIPIENTS) : []
}

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() ? value.trim() : null

function toDiagnostic(said: string | null): RecipientStatus['diagnostic'] {
  const [, type = '', text = ''] = /^(?:([\w-]*)\s*;)?(.*)$/s.exec(said ?? '')!
  return text.trim() ? { type: type.toLowerCase(), text: text.trim() } : null
}
