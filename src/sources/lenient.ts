import { z } from 'zod'

/** Sources drift: a field that is null, or that cannot be read, counts as absent; the paper stays. */
export const lenient = <T extends z.ZodType>(schema: T) =>
  schema
    .nullish()
    .transform((value) => value ?? undefined)
    .catch(() => undefined)

/** Text on one line, without control characters and half characters, which Postgres refuses. */
const oneLine = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()

export const text = lenient(z.string().transform((value) => oneLine(value) || undefined))

const LARGEST = 2_147_483_647
export const count = lenient(z.number().int().min(0).max(LARGEST))

/** Items that cannot be read are left out. */
export const listOf = <T extends z.ZodType>(item: T) =>
  lenient(z.array(lenient(item)).transform((items) => items.filter((value) => value !== undefined)))

export const distinct = (items: readonly string[] = []): string[] => [...new Set(items)]

export const httpsUrl = lenient(
  z
    .string()
    .trim()
    .refine((value) => URL.canParse(value) && new URL(value).protocol === 'https:'),
)

const EARLIEST = Date.UTC(1900, 0)
const LATEST = Date.UTC(2200, 0)

/** An instant; a day alone counts as its midnight UTC. */
export const instant = lenient(
  z
    .string()
    .transform((value) => new Date(value))
    .refine((value) => value.getTime() > EARLIEST && value.getTime() < LATEST),
)
