/** The fields of one recipient in a delivery status report (RFC 3464). */
export interface RecipientStatus {
  recipient: string | null
  /** "failed", "delayed", "delivered", "relayed", "expanded"; null if the field is absent. */
  action: string | null
  /** "5.1.1"; null if the field is absent. */
  status: string | null
  diagnostic: { type: string; text: string } | null
}

const MAX_RECIPIENTS = 200

/** The recipients that a report lists, anywhere in its text, up to 200. Lines must end with a line feed. */
export const parseDeliveryStatus = (report: string): RecipientStatus[] =>
  report
    .split(/\n\s*\n|\n(?=final-recipient:)/i)
    .filter((group) => /^(?:final|original)-recipient:/im.test(group) && /^(?:action|status):/im.test(group))
    .slice(0, MAX_RECIPIENTS)
    .map((group) => toStatus(fieldsOf(group)))

const fieldsOf = (group: string): Map<string, string> =>
  new Map(
    group
      .replace(/\n[ \t]+/g, ' ')
      .split('\n')
      .map((line) => line.split(/:(.*)/s))
      .map(([name = '', value = '']) => [name.trim().toLowerCase(), value.trim()]),
  )

function toStatus(fields: Map<string, string>): RecipientStatus {
  const [, code = null, comment] =
    /^.*?\b([245]\.\d{1,3}\.\d{1,3})\b(.*)$/s.exec(fields.get('status') ?? '') ?? []
  const said = fields.get('diagnostic-code') || comment || (code ? '' : fields.get('status')) || ''
  const [, type = '', text = ''] = /^(?:([\w-]*)\s*;)?(.*)$/s.exec(said)!
  return {
    recipient: addressOf(fields.get('final-recipient')) ?? addressOf(fields.get('original-recipient')),
    action: fields.get('action')?.toLowerCase().split(/\s/, 1)[0] || null,
    status: code,
    diagnostic: text.trim() ? { type: type.toLowerCase(), text: text.trim() } : null,
  }
}

/** Reads "rfc822;<ann@mail.example>", or an X.400 address that contains an email address. Null if it contains none. */
function addressOf(value = ''): string | null {
  const whole = value.replace(/^[\w-]+;/, '').replace(/[<>\s]/g, '')
  const held = /RFC-?822=([^/;]+?)(?:@|\(a\))([^/;]+)/i.exec(whole)
  if (held) return `${held[1]}@${held[2]}`
  return /^[^/@][^@]*@[^/=@]+$/.test(whole) ? whole : null
}
