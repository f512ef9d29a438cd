/** The start of another sentence; "e.g. LoRA" does not count. */
export const NEXT_SENTENCE = /\p{Ll}{2}[.?!]\s+\p{Lu}/u

const LONG = 40

/** 1. Agents 2. Models */
const NUMBERED = /(?:^|\s)\d+[.)]\s+\p{Lu}/u

/** Whether a text contains more than one sentence, or one that is too long to split into parts. */
export const containsSentences = (text: string): boolean =>
  NEXT_SENTENCE.test(text) || NUMBERED.test(text) || text.trim().split(/\s+/).length >= LONG
