import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Fault } from '../../core/errors.ts'

type CursorValues = (string | number)[]

/** A list with these filters, and what a place in it is made of. */
export interface CursorList<T extends z.ZodType> {
  name: string
  filters: Record<string, string | undefined>
  values: T
}

/** Where a list goes on, as a text that programs send back and do not read. */
export const writeCursor = <T extends z.ZodType>(list: CursorList<T>, place: CursorValues): string =>
  Buffer.from(JSON.stringify([checksumOf(list), ...place])).toString('base64url')

/** Reads a cursor. Throws cursor.unknown for one of another list, or of other filters. */
export function readCursor<T extends z.ZodType>(list: CursorList<T>, cursor: string): z.output<T> {
  const [mark, ...rest] = partsOf(cursor)
  const place = list.values.safeParse(rest)
  if (mark !== checksumOf(list) || !place.success) throw new Fault('cursor.unknown')
  return place.data
}

function checksumOf({ name, filters }: Pick<CursorList<z.ZodType>, 'name' | 'filters'>): string {
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
export const idNumber = z.int().min(1).max(HIGHEST_NUMBER)
export const cursorInstant = z.iso
  .datetime()
  // Year 0 is none of the database's.
  .refine((text) => !text.startsWith('0000'))
  .transform((text) => new Date(text))

/** One page of what was read with one item more than it holds. */
export function pageOf<T>(items: readonly T[], limit: number): { shown: T[]; last: T | undefined } {
  const shown = items.slice(0, limit)
  return { shown, last: items.length > limit ? shown.at(-1) : undefined }
}
