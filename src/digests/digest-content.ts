import type { Day } from '../platform/dates.ts'

/** A run of text, marked where it is what matched. */
export interface TextRun {
  text: string
  marked: boolean
}

/** A paper as a digest shows it: plain text (no TeX), as it stood when the digest was planned. */
export interface DigestPaper {
  id: number
  title: TextRun[]
  /** Path on the site: /papers/2507.06457 */
  path: string
  authors: string[]
  /** About 300 characters of the abstract, cut around the first match. */
  snippet: TextRun[]
  /** "Matched: linear attention, in the title"; null for a subscriber without topics. */
  reason: string | null
  votes: number | null
  comments: number | null
  codeUrl: string | null
  day: Day
}

export interface DigestSection {
  /** The topic's name; null in the digest of a subscriber without topics. */
  topic: string | null
  papers: DigestPaper[]
}

/** Everything that a digest says, frozen when it is planned. Stored as JSON: plain data. */
export interface DigestContent {
  localDate: Day
  /** The day whose best papers these are, for a subscriber without topics. */
  bestOf: Day | null
  sections: DigestSection[]
  /** How many more matched beyond the subscriber's cap. */
  more: number
  /** "Hugging Face: 31 papers" */
  sources: string
}
