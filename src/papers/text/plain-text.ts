import type { Paper } from '../paper.ts'
import { INDEXED, mathToText, subscript, superscript } from './math-to-text.ts'
import { keySentences } from './sentence-roles.ts'
import { normalizeText, texToText } from './tex-to-text.ts'

/**
 * Converts a source's text, including TeX, to Unicode text on one line: NFKC (superscripts and subscripts stay),
 * collapsed white space, no control, zero-width or bidi characters. Never throws: text that cannot be parsed as TeX is
 * unchanged.
 */
export function plainText(source: string): string {
  const clean = normalizeText(source)
  return isTex(clean) ? texToText(clean, mathToText) : typeset(withoutStrayBraces(clean))
}

/** Other text is not parsed: `typeset` reads what authors type in it. */
export const isTex = (clean: string): boolean => /[$\\]/.test(clean)

const SCRIPT = String.raw`(?<mark>[\^_])\{(?<script>[^\s{}]{1,20})\}`
const SIGN = String.raw`(?<=[\p{L}\p{N}])\{(?<sign>[^\w\s{}])\}(?=[\p{L}\p{N}])`
const LETTER = String.raw`\{(?<letter>[\u00c0-\u024f])\}`
const ADDRESS = String.raw`(?<address>https?://[^\s{}]{1,2000})\{[^{}]{0,2000}\}`
const STRAY = new RegExp([ADDRESS, SCRIPT, SIGN, LETTER].join('|'), 'gu')

/**
 * Removes braces that are left if a source drops dollars and backslashes from TeX, and that people do not type:
 * 10^{19}, 1{,}182, mod{è}le.
 */
function withoutStrayBraces(text: string): string {
  if (!text.includes('{')) return text
  return text.replace(STRAY, (_whole, ...rest) => {
    const { mark, script = '', sign, letter, address } = rest.at(-1) as Record<string, string | undefined>
    if (mark) return mark === '^' ? superscript(script) : subscript(script)
    return address ?? sign ?? letter ?? ''
  })
}

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

/**
 * The whole sentences at the start of a plain text that fit into `most` UTF-16 units, or the first sentence if it is
 * longer: sentences are never cut. Empty if the first full stop is so late that the text is not prose.
 */
export function firstSentences(text: string, most: number): string {
  let end = 0
  for (const stop of sentenceEnds(text)) {
    if (end > 0 && stop > most) break
    end = stop
  }
  const sentences = text.slice(0, end)
  return sentences.length > MAX_SENTENCE_LENGTH ? '' : sentences
}

export function sentencesOf(text: string): string[] {
  const ends = [...sentenceEnds(text)]
  return ends.map((end, i) => text.slice(ends[i - 1] ?? 0, end).trimStart())
}

/** Longer than any sentence of an abstract. */
const MAX_SENTENCE_LENGTH = 1000

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

/** What a paper is about, in one or two sentences of plain text. */
export interface PaperSentence {
  /** Empty if there is no text. */
  sentence: string
  /** True for the source's summary; false for sentences of the abstract. */
  isSummary: boolean
}

const MAX_ABSTRACT_LENGTH = 220

/**
 * The source's summary if there is one. Otherwise what the abstract, which must be plain text, says was done and found;
 * if that is not clear, whole sentences at its start.
 */
export function paperSentenceOf({ summary }: Pick<Paper, 'summary'>, abstract: string): PaperSentence {
  const text = plainSummaryOf({ summary })
  return text
    ? { sentence: text, isSummary: true }
    : { sentence: didAndFound(abstract) ?? firstSentences(abstract, MAX_ABSTRACT_LENGTH), isSummary: false }
}

/** Two sentences, with an ellipsis for those between them. */
function didAndFound(abstract: string): string | null {
  const sentences = sentencesOf(abstract)
  const key = keySentences(sentences)
  if (!key) return null
  const [did, found] = key
  return `${sentences[did]}${found === did + 1 ? ' ' : ' … '}${sentences[found]}`
}

/** The source's summary as plain text; empty without a summary. */
export function plainSummaryOf({ summary }: Pick<Paper, 'summary'>): string {
  const text = plainText(summary ?? '')
  return text.length > MAX_SENTENCE_LENGTH ? '' : text
}

/** Converts what authors type as in TeX, in a text without a dollar or a backslash. URLs stay as they are. */
function typeset(text: string): string {
  if (!TYPED.test(text)) return text
  return text
    .split(URL)
    .map((part, i) => (i % 2 === 0 ? typesetPart(part) : part))
    .join('')
}

// Everything that is replaced below contains one of these.
const TYPED = /[`^_~{]|''|--|\dtimes\b/
const URL = /(https?:\/\/\S+)/

const typesetPart = (text: string): string =>
  text
    .replace(DOUBLE_QUOTES, (whole, open, inside, close) =>
      open === '"' && close === '"' ? whole : `“${inside}”`,
    )
    .replace(SINGLE_QUOTES, '‘$1’')
    .replace(/(?<=[^\s<!-])---(?=[^\s>-])|(?<= )---(?= )/g, '—')
    .replace(/(?<=[^\s<!-])--(?=[^\s>-])|(?<= )--(?= )/g, '–')
    .replace(/(?<=[^\s<!-])-- /g, ' – ')
    .replace(/(?<=\p{L}{2}[.)]?)~(?=[\p{L}\p{N}([])|(?<=\d)~(?=\p{L})/gu, ' ')
    .replace(/(?<=\d)times\b/g, '×')
    .replace(/(?<![\p{L}\p{N}_^}])\{([A-Za-z][\w-]{2,60})\}(?![\p{L}\p{N}_^{])/gu, '$1')
    .replace(RAISED, (_whole, script: string) => superscript(NAMED[script] ?? script.replace('-', '−')))
    .replace(LOWERED, (_whole, base: string, index: string) => base + subscript(index))

// “x”, also if one side is typed with straight quotes. Inside, apostrophes are single.
const DOUBLE_QUOTES = /(?<!`)(``|(?<![\p{L}\p{N}'"])(?:''|"))(?=[^`'"])((?:[^`'"]|'(?!')){1,300})(''|``|")/gu
const SINGLE_QUOTES = /(?<![\p{L}\p{N}`'])`(?=[^\s`'])((?:[^`']|'(?=\p{L})){1,200})'(?![\p{L}\p{N}'])/gu

const NAMED: Record<string, string> = { top: '⊤', star: '*' }

/** π^3, 10^-3, R^d, QK^top; not x^yz, and not 2^0.5. */
const RAISED = /(?<=[\p{L}\p{N})\]])\^(-?\d{1,3}(?![\d.]*\d)|(?:top|star|[a-zT⊤*])(?![\p{L}\p{N}]))/gu

const LOWERED = new RegExp(INDEXED, 'gu')
