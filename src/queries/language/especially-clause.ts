import { maskGroups } from './groups.ts'
import { containsSentences } from './prose.ts'

// "Diffusion models, especially video" asks for diffusion models; the rest adds detail.

const MAX_OF_ALL = String.raw`especially|particularly|in\s+particular|preferably|ideally|above\s+all|mainly`
const NOT_ONLY = String.raw`not\s+(?:only|just|merely|(?:necessarily\s+)?limited\s+to)`
const EXAMPLES = String.raw`including|${NOT_ONLY}|such\s+as|for\s+example|namely|e\.\s?g\.?|i\.\s?e\.?`
const MORE = `(?:${MAX_OF_ALL}|${EXAMPLES})`
const AFTER_COMMA = String.raw`[,;]\s*(?:(?:and|but)\s+)?${MORE}[\s,:]\s*`
const WITHIN = String.raw`\s(?:especially|particularly|in\s+particular|(?:but\s+)?${NOT_ONLY})\s+`
const MARK = new RegExp(`${AFTER_COMMA}|${WITHIN}`, 'i')
const BEGINS = new RegExp(`^(?:(?:and|but)\\s+)?${MORE}[\\s,:]`, 'i')
const BEGINS_EXAMPLES = new RegExp(`^(?:${EXAMPLES})[\\s,:]`, 'i')

/** The two halves of "X, especially Y", with the position of the second; null for any other text. */
export function splitEspeciallyClause(text: string): { wanted: string; aside: string; at: number } | null {
  const plain = maskGroups(text)
  const mark = containsSentences(plain) ? null : MARK.exec(plain)
  if (!mark || plain.slice(0, mark.index).trim() === '') return null
  const at = mark.index + mark[0].length
  return { wanted: text.slice(0, mark.index), aside: text.slice(at), at }
}

/** Whether the text between two commas adds detail to the text before it. */
export const startsEspeciallyClause = (item: string): boolean => BEGINS.test(item)

/** Whether it gives examples; more of them may follow after commas. */
export const startsExamples = (item: string): boolean => BEGINS_EXAMPLES.test(item)
