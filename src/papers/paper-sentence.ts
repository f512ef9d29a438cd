import type { Paper } from './paper.ts'
import { plainText } from './text/plain-text.ts'
import { firstSentences, MAX_SENTENCE_LENGTH } from './text/sentences.ts'

/** What a paper is about, in a sentence or two of plain text. */
export interface PaperSentence {
  /** Empty if nothing is known. */
  sentence: string
  /** It is the source's summary; otherwise it is the beginning of the abstract. */
  isSummary: boolean
}

const MAX_ABSTRACT_LENGTH = 220

/** The source's summary where it has one, otherwise whole sentences of the abstract, given as plain text. */
export function paperSentenceOf({ summary }: Pick<Paper, 'summary'>, abstract: string): PaperSentence {
  const text = plainSummaryOf({ summary })
  return text
    ? { sentence: text, isSummary: true }
    : { sentence: firstSentences(abstract, MAX_ABSTRACT_LENGTH), isSummary: false }
}

/** The source's summary as plain text; empty where it has none. */
export function plainSummaryOf({ summary }: Pick<Paper, 'summary'>): string {
  const text = plainText(summary ?? '')
  return text.length > MAX_SENTENCE_LENGTH ? '' : text
}
