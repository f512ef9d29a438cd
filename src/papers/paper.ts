import type { Day } from '../core/dates.ts'

/** A stored paper, with the highest votes of all its listings. */
export interface Paper {
  /** Increases in the order in which papers were first seen. */
  id: number
  /** On one line, as in the source, including TeX. */
  title: string
  abstract: string
  authors: string[]
  /** "cs.CL", primary first. */
  categories: string[]
  keywords: string[]
  organization: string | null
  codeUrl: string | null
  projectUrl: string | null
  /** A one-sentence summary by a source; it arrives late, or never. */
  summary: string | null
  publishedAt: Date | null
  /** "2507.06457", if known. */
  arxivId: string | null
  doi: string | null
  /** The earliest day on which a source listed it as new or cross, or otherwise as a newer version. */
  firstDay: Day
  /** Whether sources listed it only as a newer version. */
  onlyRevised: boolean
  /** The newest day on which a source listed it as a newer version. */
  revisedDay: Day | null
  /** The highest count of its listings; null if no source has votes. */
  votes: number | null
  comments: number | null
}
