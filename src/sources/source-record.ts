import { z } from 'zod'

/** What a source says of one paper on one day: the one shape that every source's parser ends in. */
export const sourceRecord = z.object({
  /** Identifiers that the source gave, if any: { scheme: "arxiv", value: "2507.06457" }. */
  keys: z.array(z.object({ scheme: z.enum(['arxiv', 'doi']), value: z.string().min(1) })),
  /** On one line, as the source has it (TeX and all). */
  title: z.string().min(1, 'absent, or no text'),
  abstract: z.string(),
  authors: z.array(z.string()),
  categories: z.array(z.string()),
  keywords: z.array(z.string()),
  organization: z.string().optional(),
  codeUrl: z.string().optional(),
  projectUrl: z.string().optional(),
  publishedAt: z.date().optional(),
  version: z.number().int().positive().optional(),
  withdrawnAt: z.date().optional(),
  /** Absent: the source does not say, which is not zero. */
  votes: z.number().int().nonnegative().optional(),
  comments: z.number().int().nonnegative().optional(),
})

export type SourceRecord = z.infer<typeof sourceRecord>

export type Identifier = SourceRecord['keys'][number]

/** An entry that could not be read, and why. */
export interface Refused {
  /** Its place in the source's answer, from 0. */
  index: number
  why: string
}

/** What a parser makes of a source's answer: nothing is lost because a neighbour is broken. */
export interface ParsedRecords {
  records: SourceRecord[]
  refused: Refused[]
}
