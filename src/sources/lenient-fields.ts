import { z } from 'zod'

/** Sources drift: a field that is null or unreadable counts as absent, and the paper is kept. */
export const lenient = <T extends z.ZodType>(schema: T) =>
  schema
    .nullish()
    .transform((value) => value ?? undefined)
    .catch(() => undefined)

// Ten times arXiv's limit. Each run reads the papers of two weeks into memory.
const MAX_ABSTRACT_LENGTH = 20_000
const MAX_TEXT_LENGTH = 2_000
// Twice the longest list of authors.
const MAX_LIST_LENGTH = 10_000

/** Puts text on one line, without control characters and lone surrogates, which Postgres rejects. */
const oneLine = (text: string, maxLength: number): string =>
  beginningOf(text, maxLength)
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()

/**
 * The beginning of a text from outside, on one line and without invisible characters, for a log line or a terminal.
 */
export const excerpt = (text: string, maxLength: number): string =>
  oneLine(text.slice(0, maxLength).replace(/\p{Cf}/gu, ' '), maxLength)

function beginningOf(text: string, maxLength: number): string {
  const beginning = text.slice(0, maxLength)
  return beginning.length < text.length ? beginning.replace(/[\ud800-\udbff]$/, '') : text
}

const textUpTo = (maxLength: number) =>
  lenient(z.string().transform((value) => oneLine(value, maxLength) || undefined))

export const textField = textUpTo(MAX_TEXT_LENGTH)
export const abstractField = textUpTo(MAX_ABSTRACT_LENGTH)

const MAX_COUNT = 2_147_483_647
export const countField = lenient(z.number().int().min(0).max(MAX_COUNT))

/** A list without the items that cannot be read. */
export const listField = <T extends z.ZodType>(item: T) =>
  lenient(
    z
      .array(z.unknown())
      .transform((items) => items.slice(0, MAX_LIST_LENGTH))
      .pipe(z.array(lenient(item)))
      .transform((items) => items.filter((value) => value !== undefined)),
  )

export const distinct = (items: readonly string[] = []): string[] => [...new Set(items)]

export const httpsUrlField = lenient(
  z
    .string()
    .trim()
    .max(MAX_TEXT_LENGTH)
    .refine((value) => value === oneLine(value, MAX_TEXT_LENGTH))
    .refine((value) => URL.canParse(value) && new URL(value).protocol === 'https:'),
)

const EARLIEST = Date.UTC(1900, 0)
const LATEST = Date.UTC(2200, 0)

/** An instant. A date without a time counts as midnight UTC. */
export const instantField = lenient(
  z
    .string()
    .transform((value) => new Date(value))
    .refine((value) => value.getTime() > EARLIEST && value.getTime() < LATEST),
)
