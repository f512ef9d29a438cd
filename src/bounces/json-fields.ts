import { z } from 'zod'
import { errorText, Fault } from '../core/errors.ts'

// Schemas for JSON that a stranger sent: a missing field, or one of another type, gets a default.

/** A text or number; otherwise "". */
export const text = z
  .union([z.string(), z.number()])
  .transform((value) => String(value).trim())
  .catch('')

/** An object whose fields all have a default; without an object, those defaults. */
export function object<Shape extends z.ZodRawShape>(shape: Shape) {
  const schema = z.object(shape)
  return schema.catch(() => schema.parse({}))
}

/** The objects in a list; [] if the field has no list. */
export const list = <Item extends z.ZodType>(item: Item) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((all) => all.filter(isObject).map((one) => item.parse(one)))

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

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

/** The objects of a body that is one object or a list of objects. Throws report.unreadable. */
export function parseJsonEvents(raw: Uint8Array): object[] {
  const events = [parseJsonBody(raw)].flat()
  if (events.length === 0 || !events.every(isObject))
    throw new Fault('report.unreadable', { what: 'no object and no list of objects' })
  return events
}
