/** One more sentence behind another; "e.g. LoRA" is none. */
export const NEXT_SENTENCE = /\p{Ll}{2}[.?!]\s+\p{Lu}/u

const LONG = 40

/** 1. Agents 2. Models */
const NUMBERED = /(?:^|\s)\d+[.)]\s+\p{Lu}/u

/** Whether a text holds more than one sentence, or one so long that its parts cannot be told. */
export const containsSentences = (text: string): boolean =>
  NEXT_SENTENCE.test(text) || NUMBERED.test(text) || text.trim().split(/\s+/).length >= LONG
