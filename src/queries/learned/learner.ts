import type { Day } from '../../core/dates.ts'
import type { Token } from '../text/tokens.ts'

/** A text, and its words. */
export interface TokenizedText {
  text: string
  tokens: readonly Token[]
}

/** A paper as plain text, tokenized once for all kinds. */
export interface LearnerPaper extends Record<'title' | 'abstract', TokenizedText> {
  keywords: readonly TokenizedText[]
  firstDay: Day
}

/** Sees each paper once, the newest first, then returns the data to store. */
export interface Learner {
  add(paper: LearnerPaper): void
  finish(): Uint8Array<ArrayBuffer>
}
