/** A quoted text, one character that groups or separates, or everything up to the next of these. */
export const GROUP_PIECES = /["“”„][^"“”„]*["“”„]|«[^«»]*»|[^"“”„«()（）,;，；\n\r]+|[\s\S]/gu

export const isOpening = (piece: string): boolean => /^[(（]$/.test(piece)
export const isClosing = (piece: string): boolean => /^[)）]$/.test(piece)

const GROUP = /["“”„«(（]/
const QUOTED = /^["“”„«]./su

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

// Most texts have none of these words, and looking for the whole pattern takes fifty times as long.
const ANY_MARK_WORD =
  /especially|particular|preferably|ideally|above|mainly|includ|\bnot\b|such|example|namely|\b[ei]\./i

/** The two halves of "X, especially Y", with the position of the second; null for any other text. */
export function splitEspeciallyClause(text: string): { wanted: string; aside: string; at: number } | null {
  if (!ANY_MARK_WORD.test(text)) return null
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

// In prose, "machine learning, but not robotics" means the same as NOT in the query language.

/** A text split into its wanted and unwanted parts. */
interface Exclusion {
  wanted: string
  /** The start of the words that separate the parts, in UTF-16 units. */
  at: number
  /** The unwanted items, each with its position in the text. */
  unwanted: { at: number; text: string }[]
}

const BEFORE = String.raw`(?:(?:and|but|please|i\s+am|i['’]m)\s+)*`
// After "not only" and "not limited to", the text is wanted.
const NOT = String.raw`(?:(?:not|no)\s+(?!(?:only|just|merely|necessarily|limited|least|even|yet|all|every|longer|matter)\b)|without\s+)`
const EXCEPT = String.raw`(?:except(?:ing)?(?:\s+for)?|exclud(?:e|ing)|other\s+than)(?:\s*:\s*|\s+)`
const ABOUT = String.raw`(?:(?:interested\s+in|about)\s+)?`

const EXCLUSION_AFTER_COMMA = String.raw`[,;]\s*${BEFORE}(?:${NOT}|${EXCEPT})${ABOUT}`
const OF_ANOTHER = String.raw`not\s+(?:about|on|concerned\s+with|interested\s+in|related\s+to)\s+`
const DONT_WANT = String.raw`(?:do\s+not|don['’]t)\s+(?:want|need)\s+(?:any\s+)?(?:(?:papers|articles)\s+(?:about|on)\s+)?`
const FIRMLY = String.raw`\s(?:${OF_ANOTHER}|${DONT_WANT}|(?:but\s+${NOT}|(?:but\s+)?${EXCEPT})${ABOUT})`
const EXCLUSION_MARK = new RegExp(`${EXCLUSION_AFTER_COMMA}|${FIRMLY}`, 'i')
/** In a question, a bare "not" compares: what helps, not hurts? */
const MARK_IN_QUESTION = new RegExp(`[,;]?${FIRMLY}`, 'i')
const EXCLUSION_BEGINS = new RegExp(`^${BEFORE}(?:${NOT}|${EXCEPT})`, 'i')
const BEGINS_IN_QUESTION = new RegExp(`^(?:but\\s+${NOT}|${BEFORE}${EXCEPT})`, 'i')
const ALONE = new RegExp(`^\\s*${EXCEPT}`, 'i')
const HOLDS_EXCEPT = new RegExp(`\\s${EXCEPT}`, 'i')

const HAS_EXCLUSION = /\bnot?\s|without|except|exclud|other|don['’]t/i

const OPERATORS = /(?:^|\s)(?:AND|OR|NOT|ANDNOT|&+|[-−–]\S*)(?=\s|$)|\|/
const NEXT =
  /\s*[,;]\s*(?:(?:and|or|nor|but|not|no|also|without|especially|particularly)\s+)*|\s+(?:and|or|nor)\s+(?:(?:not|no)\s+)?/gi

const isQuestion = (text: string): boolean =>
  /^\W{0,9}(?:how|what|which|why|where|when|who|is|are|can|could|does|do)\s/i.test(text)

/** The parts of "X, but not Y", "X, excluding Y", "X except Y". Null for any other text, and if NOT is an operator. */
export function findExclusion(text: string): Exclusion | null {
  if (!HAS_EXCLUSION.test(text)) return null
  const plain = maskGroups(text)
  if (containsSentences(plain)) return null
  const mark = ALONE.exec(plain) ?? (isQuestion(plain) ? MARK_IN_QUESTION : EXCLUSION_MARK).exec(plain)
  if (!mark || /\bNOT\b/.test(mark[0])) return null
  const end = mark.index + mark[0].length
  const at = mark.index + mark[0].search(/[^\s,;]/)
  return { wanted: text.slice(0, mark.index), at, unwanted: eachIn(text, plain, end) }
}

function eachIn(text: string, plain: string, from: number): Exclusion['unwanted'] {
  const rest = plain.slice(from)
  const gaps = OPERATORS.test(rest) ? [] : [...rest.matchAll(NEXT)]
  const starts = [from, ...gaps.map((gap) => from + gap.index + gap[0].length)]
  const ends = [...gaps.map((gap) => from + gap.index), text.length]
  return starts.map((at, i) => ({ at, text: text.slice(at, ends[i]) }))
}

/** Whether the text between two commas excludes something from the text before it. */
export const startsExclusion = (item: string, before: string): boolean =>
  (isQuestion(before) ? BEGINS_IN_QUESTION : EXCLUSION_BEGINS).test(item)

/** Whether the commas that follow separate excluded items: LLM except vision, robotics. */
export const containsExcept = (item: string): boolean =>
  HAS_EXCLUSION.test(item) && HOLDS_EXCEPT.test(maskGroups(item))

/** Masks the text in quotes and brackets; the length stays the same. */
export function maskGroups(text: string): string {
  if (!GROUP.test(text)) return text
  let depth = 0
  return text.replace(GROUP_PIECES, (piece) => {
    if (isOpening(piece)) depth++
    const isInside = depth > 0 || QUOTED.test(piece)
    if (isClosing(piece)) depth = Math.max(0, depth - 1)
    return isInside ? '_'.repeat(piece.length) : piece
  })
}

/** The start of another sentence; "e.g. LoRA" does not count. */
export const NEXT_SENTENCE = /\p{Ll}{2}[.?!]\s+\p{Lu}/u

const LONG = 40

/** 1. Agents 2. Models */
const NUMBERED = /(?:^|\s)\d+[.)]\s+\p{Lu}/u

/** Whether a text contains more than one sentence, or one that is too long to split into parts. */
const containsSentences = (text: string): boolean =>
  NEXT_SENTENCE.test(text) || NUMBERED.test(text) || text.trim().split(/\s+/).length >= LONG
