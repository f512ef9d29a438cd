/** What a report (RFC 3464) says of one recipient. */
export interface DeliveryStatus {
  recipient: string | null
  /** "failed", "delayed", "delivered", "relayed", "expanded"; null where the field is absent. */
  action: string | null
  /** "5.1.1" */
  status: string | null
  diagnostic: { type: string; text: string } | null
}

/** The recipients that a report lists, wherever in it they stand; none where it lists none. Takes lines ended by \n. */
export const deliveryStatusIn = (report: string): DeliveryStatus[] =>
  report
    .split(/\n\s*\n|\n(?=final-recipient:)/i)
    .filter((group) => /^(?:final|original)-recipient:/im.test(group) && /^(?:action|status):/im.test(group))
    .map((group) => toStatus(fieldsOf(group)))

const fieldsOf = (group: string): Map<string, string> =>
  new Map(
    group
      .replace(/\n[ \t]+/g, ' ')
      .split('\n')
      .map((line) => line.split(/:(.*)/s))
      .map(([name = '', value = '']) => [name.trim().toLowerCase(), value.trim()]),
  )

function toStatus(fields: Map<string, string>): DeliveryStatus {
  const address = fields.get('final-recipient') ?? fields.get('original-recipient')
  const [type = '', text] = (fields.get('diagnostic-code') ?? '').split(/;(.*)/s)
  return {
    recipient: address?.replace(/^[\w-]+;/, '').replace(/[<>\s]/g, '') || null,
    action: fields.get('action')?.toLowerCase() || null,
    status: /\b([245]\.\d{1,3}\.\d{1,3})\b/.exec(fields.get('status') ?? '')?.[1] ?? null,
    diagnostic: text === undefined ? null : { type: type.trim().toLowerCase(), text: text.trim() },
  }
}
