import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Fault } from '../../core/errors.ts'

type Place = (string | number)[]

/** A list with these filters, and what a place in it is made of. */
export interface List<T extends z.ZodType> {
  name: string
  filters: Record<string, string | undefined>
  place: T
}

/** Where a list goes on, as a text that programs send back and do not read. */
export const cursorOf = <T extends z.ZodType>(list: List<T>, place: Place): string =>
  Buffer.from(JSON.stringify([markOf(list), ...place])).toString('base64url')

/** Reads a cursor. Throws cursor.unknown for one of another list, or of other filters. */
export function placeIn<T extends z.ZodType>(list: List<T>, cursor: string): z.output<T> {
  const [mark, ...rest] = partsOf(cursor)
  const place = list.place.safeParse(rest)
  if (mark !== markOf(list) || !place.success) throw new Fault('cursor.unknown')
  return place.data
}

function markOf({ name, filters }: Pick<List<z.ZodType>, 'name' | 'filters'>): string {
  const text = JSON.stringify([name, Object.entries(filters).filter(([, value]) => value !== undefined)])
  return createHash('sha256').update(text).digest('base64url').slice(0, 8)
}

function partsOf(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(parts) ? parts : []
  } catch {
    return []
  }
}

const HIGHEST_NUMBER = 2 ** 31 - 1
export const number = z.int().min(1).max(HIGHEST_NUMBER)
export const at = z.iso
  .datetime()
  // Year 0 is none of the database's.
  .refine((text) => !text.startsWith('0000'))
  .transform((text) => new Date(text))

/** One page of what was read with one item more than it holds. */
export function pageOf<T>(items: readonly T[], limit: number): { shown: T[]; last: T | undefined } {
  const shown = items.slice(0, limit)
  return { shown, last: items.length > limit ? shown.at(-1) : undefined }
}
