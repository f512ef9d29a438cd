import { z } from 'zod'

/** An index entry in Postgres has up to 2,704 bytes. The longest DOI in use has fewer than 200. */
export const MAX_KEY_BYTES = 200
export const MAX_VERSION = 9999

const key = z
  .string()
  .max(MAX_KEY_BYTES)
  .regex(/^[!-~]+$/, 'not printable ASCII')

/** What a source says about one paper on one day. Every source's parser returns this shape. */
export const sourceRecord = z.object({
  /** cross: from another section; revised: a newer version of a paper that was listed before. Absent: new. */
  kind: z.enum(['new', 'cross', 'revised']).optional(),
  /** Identifiers from the source, if any: { scheme: "arxiv", value: "2507.06457" }. */
  keys: z.array(z.object({ scheme: z.enum(['arxiv', 'doi']), value: key })),
  /** On one line, as in the source, including TeX. */
  title: z.string().min(1, 'absent, or no text'),
  abstract: z.string(),
  /** A one-sentence summary by the source. */
  summary: z.string().optional(),
  authors: z.array(z.string()),
  categories: z.array(z.string()),
  keywords: z.array(z.string()),
  organization: z.string().optional(),
  codeUrl: z.string().optional(),
  projectUrl: z.string().optional(),
  publishedAt: z.date().optional(),
  version: z.number().int().positive().max(MAX_VERSION).optional(),
  /** Null: the source says that the paper is not withdrawn. Absent: the source does not say. */
  withdrawnAt: z.date().nullable().optional(),
  /** The paper itself was withdrawn, not only removed from a day's list. */
  isRetracted: z.boolean().optional(),
  /** Absent if the source does not say; that is not the same as zero. */
  votes: z.number().int().nonnegative().optional(),
  comments: z.number().int().nonnegative().optional(),
})

export type SourceRecord = z.infer<typeof sourceRecord>

export type ListingKind = NonNullable<SourceRecord['kind']>

export type Identifier = SourceRecord['keys'][number]

/** "arxiv:2507.06457" */
export const identifierText = ({ scheme, value }: Identifier): string => `${scheme}:${value}`

/** An entry that could not be read, and the reason. */
export interface RefusedEntry {
  /** Its index in the source's response, from 0. */
  index: number
  why: string
}

/** The result of a parser. One broken entry does not affect the others. */
export interface ParsedRecords {
  records: SourceRecord[]
  refused: RefusedEntry[]
}
