import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Fault, undefinedIfThrown } from '../../core/errors.ts'

export type CursorValues = (string | number)[]

/** A list with its filters, and the schema of a position in it. */
export interface CursorList<T extends z.ZodType> {
  name: string
  filters: Record<string, string | undefined>
  values: T
}

/** Encodes the position at which a list continues; clients send it back and do not read it. */
export const writeCursor = <T extends z.ZodType>(list: CursorList<T>, values: CursorValues): string =>
  Buffer.from(JSON.stringify([checksumOf(list), ...values])).toString('base64url')

/** Reads a cursor. Throws cursor.unknown for one of another list or with other filters. */
export function readCursor<T extends z.ZodType>(list: CursorList<T>, cursor: string): z.output<T> {
  const [checksum, ...rest] = partsOf(cursor)
  const values = list.values.safeParse(rest)
  if (checksum !== checksumOf(list) || !values.success) throw new Fault('cursor.unknown')
  return values.data
}

function checksumOf({ name, filters }: Pick<CursorList<z.ZodType>, 'name' | 'filters'>): string {
  const text = JSON.stringify([name, Object.entries(filters).filter(([, value]) => value !== undefined)])
  return createHash('sha256').update(text).digest('base64url').slice(0, 8)
}

function partsOf(cursor: string): unknown[] {
  const parts = undefinedIfThrown(() => JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  return Array.isArray(parts) ? parts : []
}

const HIGHEST_NUMBER = 2 ** 31 - 1
export const idNumber = z.int().min(1).max(HIGHEST_NUMBER)
export const cursorInstant = z.iso
  .datetime()
  // The database has no year 0.
  .refine((text) => !text.startsWith('0000'))
  .transform((text) => new Date(text))
