import type { Paper } from '../paper.ts'
import { fitsOnCard, keySentence } from './key-sentence.ts'
import { plainText } from './plain-text.ts'
import { sentencesOf } from './sentences.ts'

/** What a paper is about, in plain text that is never cut. */
export interface PaperSentence {
  /** One sentence, or a source's summary that is as short; empty if none is clear without the others. */
  sentence: string
  /** True for the source's summary; false for a sentence of the abstract. */
  isSummary: boolean
}

/** The source's summary if it fits, else its first sentence, else a sentence of the abstract, which must be plain text. */
export function paperSentenceOf({ summary }: Pick<Paper, 'summary'>, abstract: string): PaperSentence {
  const text = plainSummaryOf({ summary })
  const fitting = [text, sentencesOf(text)[0] ?? ''].find(fitsOnCard)
  return fitting
    ? { sentence: fitting, isSummary: true }
    : { sentence: keySentence(abstract), isSummary: false }
}

// A longer one is not a summary.
const MAX_SUMMARY_LENGTH = 1000

/** The source's summary as plain text; empty without a summary. */
export function plainSummaryOf({ summary }: Pick<Paper, 'summary'>): string {
  const text = plainText(summary ?? '')
  return text.length > MAX_SUMMARY_LENGTH ? '' : text
}
