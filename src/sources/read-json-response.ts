import { Fault } from '../core/errors.ts'
import type { FetchDayInput, SourceResponse } from './source.ts'

// Each bracket takes twenty times the memory of its text. A page has some thousands, including those inside its
// strings.
const MAX_BRACKETS = 200_000

/**
 * Parses JSON. Undefined if the text is not JSON, has more brackets than any page of a source, or is nested so deeply
 * that a recursive walk overflows the stack.
 */
export function parseBoundedJson(body: string): unknown {
  if (holdsTooMuch(body)) return undefined
  try {
    const value: unknown = JSON.parse(body)
    JSON.stringify(value) // walks the value recursively; parsing does not
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
 * Parses a JSON response with `read`. Throws source.refused-date and source.refused by status, and source.not-json if
 * the body is not JSON or `read` returns undefined.
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
