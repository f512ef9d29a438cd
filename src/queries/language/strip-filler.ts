import { maskGroups } from './clauses.ts'

// Filler around a subject: "new papers about world models", "llm papers", "the latest in robotics".

const PAPERS = 'papers?|articles?|preprints?|publications?|manuscripts?'
const NEW = 'new|newest|latest|recent|interesting'
const GOOD =
  'the|some|any|all|more|my|important|relevant|good|great|best|top|cool|scientific|academic|arxiv|research'
const ASKING =
  "please|find|search|show|give|get|send|recommend|suggest|me|us|i|want|need|what|which|is|are|what['’]?s"

const words = (some: string) => String.raw`(?:(?:${some})\s+)*`
const BEFORE = [
  String.raw`${words(ASKING)}${words(`${NEW}|${GOOD}`)}(?:${PAPERS}|literature|research|works?|studies|news|anything|everything)\s+(?:about|on|of|in|for|regarding|concerning|(?:related|relating|relevant)\s+to)\s+(?:the\s+)?`,
  String.raw`(?:what(?:['’]?s|\s+is)|anything|something)\s+new\s+(?:about|on|in|for|with)\s+`,
  String.raw`(?:the\s+)?(?:latest|newest|recent)\s+(?:(?:in|on|about|from)\s+)?`,
].map((pattern) => new RegExp(String.raw`^\s*${pattern}(?=\S)`, 'i'))
const AFTER = new RegExp(
  String.raw`\s${words(NEW)}(?:(?:${PAPERS})[.!?\s]*$|(?:papers|articles|preprints)(?=\s+(?:and|or)\s))`,
  'gi',
)

const WORD = new RegExp(
  `^(?:${PAPERS}|${NEW}|${GOOD}|${ASKING}|everything|anything|there|here|today|about|on|in|of|for|to|read)$`,
  'i',
)
const ASKS_FOR_PAPERS = new RegExp(
  String.raw`(?:^|\s)(?:${PAPERS}|${NEW}|everything|anything)(?=[.!?\s]|$)`,
  'i',
)

/** In "not only X but also Y", both are wanted. */
const NOT_ONLY = /^(\s*)(not\s+(?:only|just|merely))(\s.*?\s)(but\s+also)(?=\s)/i

const BEGINS_WITH_OPERATOR = /^(?:and|or|not|andnot|&+)(?=\s|$)|^[|)]/i
const ENDS_WITH_OPERATOR = /(?:^|[\s(])(?:and|or|not|andnot|&+|[-−–])$|[|:(]$/i

/**
 * Replaces words that do not describe papers with blanks; the length stays the same. All blank if no other words are
 * left.
 */
export function stripFiller(text: string): string {
  if (isNothing(text)) return ' '.repeat(text.length)
  const all = text.replace(NOT_ONLY, (_, blanks, not, first, but) => blanks + blank(not) + first + blank(but))
  const start = Math.max(...BEFORE.map((pattern) => pattern.exec(all)?.[0].length ?? 0))
  const rest = all.slice(start)
  return withoutPapers(BEGINS_WITH_OPERATOR.test(rest) ? all : rest.padStart(all.length))
}

const blank = (text: string): string => ' '.repeat(text.length)

const withoutPapers = (text: string): string =>
  [...maskGroups(text).matchAll(AFTER)].reduce((left, { 0: papers, index }) => {
    const before = left.slice(0, index).trimEnd()
    const isAll = before === '' || ENDS_WITH_OPERATOR.test(before)
    return isAll ? left : before.padEnd(index + papers.length) + left.slice(index + papers.length)
  }, text)

function isNothing(text: string): boolean {
  const all = text
    .replace(/[.!?]+\s*$/, '')
    .trim()
    .split(/\s+/)
  return ASKS_FOR_PAPERS.test(text) && all.every((word) => WORD.test(word))
}

const NEVER_PLAIN = new RegExp(
  `^(?:${PAPERS}|${NEW}|literature|regarding|concerning|except(?:ing)?|exclud(?:e|ing)|preferably|ideally|mainly|namely)$`,
  'i',
)

/** Whether a single word may be stripped as filler, or read as a connective, at some position of a query. */
export const isStrippableWord = (word: string): boolean => NEVER_PLAIN.test(word)
