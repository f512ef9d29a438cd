import type { Paper } from './paper.ts'
import { plainText } from './text/plain-text.ts'
import { firstSentences, MAX_SENTENCE_LENGTH } from './text/sentences.ts'

/** What a paper is about, in one or two sentences of plain text. */
export interface PaperSentence {
  /** Empty if there is no text. */
  sentence: string
  /** True for the source's summary; false for the beginning of the abstract. */
  isSummary: boolean
}

const MAX_ABSTRACT_LENGTH = 220

/** The source's summary if there is one, otherwise whole sentences of the abstract, which must be plain text. */
export function paperSentenceOf({ summary }: Pick<Paper, 'summary'>, abstract: string): PaperSentence {
  const text = plainSummaryOf({ summary })
  return text
    ? { sentence: text, isSummary: true }
    : { sentence: firstSentences(abstract, MAX_ABSTRACT_LENGTH), isSummary: false }
}

/** The source's summary as plain text; empty without a summary. */
export function plainSummaryOf({ summary }: Pick<Paper, 'summary'>): string {
  const text = plainText(summary ?? '')
  return text.length > MAX_SENTENCE_LENGTH ? '' : text
}
