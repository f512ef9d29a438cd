import { subjectText, truncateAtWord } from '../mail/rendering/text.ts'
import { isStopWord } from '../queries/text/tokens.ts'

const ELLIPSIS = '…'

/**
 * What a paper is called in a sentence: the part of its title before a colon ("TriAttention"), or its title, in whole
 * words if it is longer than `maxLength`.
 */
export function paperName(title: string, maxLength: number): string {
  const [name = ''] = title.split(': ', 1)
  return name.length <= maxLength ? name : inWholeWords(name, maxLength)
}

/** The whole title of a paper, or its name if the title is too long. */
export const titleOrName = (title: string, maxLength: number): string =>
  title.length <= maxLength ? title : paperName(title, maxLength)

/** As many words as fit, with an ellipsis. It does not end with a word such as "of" or "with". */
function inWholeWords(text: string, maxLength: number): string {
  const words = text.slice(0, maxLength - ELLIPSIS.length + 1).split(' ')
  words.pop()
  while (words.length > 1 && isStopWord(words.at(-1)!.toLowerCase())) words.pop()
  const kept = words.join(' ').replace(/[\s,;:.-]+$/, '')
  return kept.length > maxLength / 3 ? kept + ELLIPSIS : truncateAtWord(text, maxLength)
}

const ELLIPSIS_IN_SUBJECT = '...'

/** As `titleOrName`, for a subject. */
export function titleInSubject(title: string, maxLength: number): string {
  const whole = subjectText(title, Number.POSITIVE_INFINITY)
  if (whole.length <= maxLength) return whole
  // A subject's ellipsis is three characters.
  const longer = ELLIPSIS_IN_SUBJECT.length - ELLIPSIS.length
  return subjectText(titleOrName(whole, maxLength - longer), maxLength)
}
