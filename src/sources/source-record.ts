import { z } from 'zod'

/** An index entry of Postgres takes up to 2,704 bytes; the longest DOI in use has fewer than 200. */
export const MAX_KEY_BYTES = 200
export const MAX_VERSION = 9999

const key = z
  .string()
  .max(MAX_KEY_BYTES)
  .regex(/^[!-~]+$/, 'not printable ASCII')

/** What a source says of one paper on one day: the one shape that every source's parser ends in. */
export const sourceRecord = z.object({
  /** cross: from another section; revised: a newer version of what was listed before. Absent: new. */
  kind: z.enum(['new', 'cross', 'revised']).optional(),
  /** Identifiers that the source gave, if any: { scheme: "arxiv", value: "2507.06457" }. */
  keys: z.array(z.object({ scheme: z.enum(['arxiv', 'doi']), value: key })),
  /** On one line, as the source has it (TeX and all). */
  title: z.string().min(1, 'absent, or no text'),
  abstract: z.string(),
  /** A sentence that the source made of it. */
  summary: z.string().optional(),
  authors: z.array(z.string()),
  categories: z.array(z.string()),
  keywords: z.array(z.string()),
  organization: z.string().optional(),
  codeUrl: z.string().optional(),
  projectUrl: z.string().optional(),
  publishedAt: z.date().optional(),
  version: z.number().int().positive().max(MAX_VERSION).optional(),
  /** null: it says that it stands. Absent: it does not say. */
  withdrawnAt: z.date().nullable().optional(),
  /** The paper itself was withdrawn, and not taken from a day's list alone. */
  isRetracted: z.boolean().optional(),
  /** Absent: the source does not say, which is not zero. */
  votes: z.number().int().nonnegative().optional(),
  comments: z.number().int().nonnegative().optional(),
})

export type SourceRecord = z.infer<typeof sourceRecord>

export type ListingKind = NonNullable<SourceRecord['kind']>

export type Identifier = SourceRecord['keys'][number]

/** "arxiv:2507.06457" */
export const identifierText = ({ scheme, value }: Identifier): string => `${scheme}:${value}`

/** An entry that could not be read, and why. */
export interface RefusedEntry {
  /** Its place in the source's answer, from 0. */
  index: number
  why: string
}

/** What a parser makes of a source's answer: nothing is lost because a neighbour is broken. */
export interface ParsedRecords {
  records: SourceRecord[]
  refused: RefusedEntry[]
}
