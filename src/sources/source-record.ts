import { z } from 'zod'

/** What a source says of one paper on one day: the one shape that every source's parser ends in. */
export const sourceRecord = z.object({
  /** Identifiers, at least one: { scheme: "arxiv", value: "2507.06457" }. */
  keys: z.array(z.object({ scheme: z.enum(['arxiv', 'doi', 'title']), value: z.string().min(1) })).min(1),
  /** On one line, as the source has it (TeX and all). */
  title: z.string().min(1),
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
