import type { Day } from '../core/dates.ts'

/** A paper as the rest of the program reads it: from the store, with the best votes that any listing had. */
export interface Paper {
  /** Rises with the order in which papers were first seen. */
  id: number
  /** As the source has it, TeX and all, on one line. */
  title: string
  abstract: string
  authors: string[]
  /** "cs.CL", primary first. */
  categories: string[]
  keywords: string[]
  organization: string | null
  codeUrl: string | null
  projectUrl: string | null
  /** A sentence that a source made of the abstract; it comes late, or never. */
  summary: string | null
  publishedAt: Date | null
  /** "2507.06457", where known. */
  arxivId: string | null
  doi: string | null
  /** The earliest day on which a source listed it as new or cross; as a newer version where it never was. */
  firstDay: Day
  /** No source listed it but as a newer version. */
  onlyRevised: boolean
  /** The newest day on which a source listed it as a newer version. */
  revisedDay: Day | null
  /** The highest count of its listings; null where no source said. */
  votes: number | null
  comments: number | null
}
