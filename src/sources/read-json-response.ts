import { Fault } from '../core/errors.ts'
import type { FetchDayInput, SourceResponse } from './source.ts'

// Each takes twenty times the memory of its text; a page has some thousands, with those that stand in its texts.
const MAX_BRACKETS = 200_000

/**
 * What a text in JSON holds; undefined where it is none, where it holds more than any page of a source, or is so deep
 * that whoever walks it runs out of stack.
 */
export function parseBoundedJson(body: string): unknown {
  if (holdsTooMuch(body)) return undefined
  try {
    const value: unknown = JSON.parse(body)
    JSON.stringify(value) // walks it, as parsing does not
    return value
  } catch {
    return undefined
  }
}

function holdsTooMuch(body: string): boolean {
  let brackets = 0
  for (let at = 0; at < body.length; at++) if (body[at] === '{' || body[at] === '[') brackets++
  return brackets > MAX_BRACKETS
}

/**
 * What `read` makes of an answer in JSON. Throws source.refused-date and source.refused by its status, and
 * source.not-json where it is none or `read` can make nothing of it.
 */
export function readJsonResponse<T>(
  { source, day }: FetchDayInput,
  { status, headers, body }: SourceResponse,
  read: (value: unknown) => T | undefined,
): T {
  const place = { source, day, status }
  if (status === 400) throw new Fault('source.refused-date', place)
  if (status !== 200) throw new Fault('source.refused', place)
  const value = read(parseBoundedJson(body))
  if (value !== undefined) return value
  throw new Fault('source.not-json', { ...place, type: headers.get('content-type') ?? 'no type' })
}
