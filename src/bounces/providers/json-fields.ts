import { errorText, Fault } from '../../core/errors.ts'

/** An object of JSON whose fields may be anything. */
export type JsonFields = Readonly<Record<string, unknown>>

/** The JSON of a body in UTF-8. Throws report.unreadable. */
export function parseJsonBody(raw: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw))
  } catch (cause) {
    // What JSON.parse says quotes the body.
    const what = cause instanceof SyntaxError ? 'no JSON' : errorText(cause)
    throw new Fault('report.unreadable', { what }, { cause })
  }
}

/** The events of a body that holds one object or a list of them. Throws report.unreadable. */
export function parseEvents(raw: Uint8Array): JsonFields[] {
  const events = [parseJsonBody(raw)].flat()
  if (events.length === 0 || !events.every(isFields))
    throw new Fault('report.unreadable', { what: 'no object and no list of objects' })
  return events
}

const isFields = (value: unknown): value is JsonFields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object in a field; empty where there is none. */
export const toFields = (value: unknown): JsonFields => (isFields(value) ? value : {})

/** The objects of a list in a field. */
export const toFieldsList = (value: unknown): JsonFields[] =>
  Array.isArray(value) ? value.filter(isFields) : []

/** The text or number in a field; "" where there is none. */
export const toText = (value: unknown): string =>
  typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
