import { errorText, Fault } from '../../core/errors.ts'

/** A JSON object with unchecked fields. */
export type JsonFields = Readonly<Record<string, unknown>>

/** Parses a UTF-8 body as JSON. Throws report.unreadable. */
export function parseJsonBody(raw: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw))
  } catch (cause) {
    // The message of a SyntaxError quotes the body.
    const what = cause instanceof SyntaxError ? 'no JSON' : errorText(cause)
    throw new Fault('report.unreadable', { what }, { cause })
  }
}

/** The events of a body that is one object or a list of objects. Throws report.unreadable. */
export function parseEvents(raw: Uint8Array): JsonFields[] {
  const events = [parseJsonBody(raw)].flat()
  if (events.length === 0 || !events.every(isFields))
    throw new Fault('report.unreadable', { what: 'no object and no list of objects' })
  return events
}

const isFields = (value: unknown): value is JsonFields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object in a field; {} if there is none. */
export const toFields = (value: unknown): JsonFields => (isFields(value) ? value : {})

/** The objects in a list field; [] if there is none. */
export const toFieldsList = (value: unknown): JsonFields[] =>
  Array.isArray(value) ? value.filter(isFields) : []

/** The text or number in a field; "" if there is none. */
export const toText = (value: unknown): string =>
  typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
