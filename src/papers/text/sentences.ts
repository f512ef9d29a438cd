const SEGMENTER = new Intl.Segmenter('en', { granularity: 'sentence' })

// A full stop after these does not end a sentence, as in "Fig. 3A" and "Gu et al. Mamba".
const ABBREVIATION =
  /(?:^|[\s([“"'/])(?:\p{Lu}|e\.?g|i\.?e|al|cf|vs|viz|resp|approx|ca|w\.r\.t|a\.k\.a|U\.S|U\.K|Fig|Figs|Eq|Eqs|Sec|Sect|Tab|Thm|Def|Ref|Refs|Ch|Chap|Vol|Alg|App|Dr|Prof|Mr|Mrs|Ms|St)\.\s*$/u
// With the signs around it. A whole sentence takes long to search.
const MAX_ABBREVIATION_LENGTH = 14
// Sentences can begin with names such as vLLM and any4, and some texts have no blank between two sentences.
const NAME = String.raw`\p{Ll}[\p{Ll}-]*[\p{Lu}\d]`
const MISSED = new RegExp(
  String.raw`(?<=[\p{Ll}\d)]{2}[.!?]) (?=${NAME})|(?<=\p{Ll}{3}\.)(?=\p{Lu}\p{Ll}+ )`,
  'gu',
)
const LOWER_WORD = new RegExp(String.raw`^(?!${NAME})\p{Ll}`, 'u')
// Abbreviations only before a number: "No. 5".
const BEFORE_NUMBER = /\b(?:nos?|pp?)\.\s*$/i

/** The sentences of a plain text, each as it is written. A text without a full stop is one sentence. */
export function sentencesOf(text: string): string[] {
  const ends = [...sentenceEnds(text)]
  return ends.map((end, i) => text.slice(ends[i - 1] ?? 0, end).trimStart())
}

/** The end of each sentence, before the blank that follows it. */
function* sentenceEnds(text: string): Generator<number> {
  let start = 0
  for (const after of candidates(text)) {
    if (after < text.length && goesOn(text.slice(start, after), text.slice(after))) continue
    start = after
    yield text.slice(0, after).trimEnd().length
  }
}

/** The possible ends of sentences, after the blank that follows them. */
function* candidates(text: string): Generator<number> {
  for (const { segment, index } of SEGMENTER.segment(text)) {
    for (const { 0: blank, index: at } of segment.matchAll(MISSED)) yield index + at + blank.length
    yield index + segment.length
  }
}

const goesOn = (sentence: string, rest: string): boolean =>
  LOWER_WORD.test(rest) ||
  ABBREVIATION.test(sentence.slice(-MAX_ABBREVIATION_LENGTH)) ||
  (BEFORE_NUMBER.test(sentence) && /^\d/.test(rest)) ||
  // inside brackets
  (sentence.lastIndexOf('(') > sentence.lastIndexOf(')') && /^[^()]*\)/.test(rest))
