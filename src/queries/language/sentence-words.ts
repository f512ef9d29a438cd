import { foldAccents, isPrintableAscii } from '../text/fold.ts'
import { isStopWord, STOP_WORDS, wordKeyOf } from '../text/tokens.ts'
import { maskGroups } from './clauses.ts'

const words = (some: string) => String.raw`(?:(?:${some})\s+)*`

// Word lists that apply only to sentences. A query of words, operators and phrases searches for every word in it.

const keysOf = (words: string): Set<string> =>
  new Set(words.split(/\s+/).map((word) => wordKeyOf(word, 'prose')))

/** In addition to stop words: words that join others in a sentence and are rare in lists of keywords. */
const CONNECTIVES = new Set(
  'using via through across towards toward during between under over against among about per such like especially particularly including eg ie etc'.split(
    ' ',
  ),
)

/** Whether a word joins others in a sentence. "And", "or" and "not" also do so in queries, so they do not count. */
export const isConnective = (word: string): boolean => JOINING.has(word.toLowerCase())

const JOINING = new Set([...CONNECTIVES, ...STOP_WORDS].filter((word) => !/^(and|or|not)$/.test(word)))

/** The end of a request for papers. */
export const REQUEST_END = /\S\s+\S+\s+(?:papers?|articles?|literature)\W*$/i

/** The start of a request. */
export const REQUEST_START =
  /^\W*(?:how|what|which|why|where|when|who|is|are|can|could|does|do|i|i['’]m|my|we|our|please|find|search|looking|look|show|give|explain|recommend|suggest|recent|latest|new|papers?|articles?|research|studies|works?|advances|interested)\b/i

/** Words before unwanted subjects, and the rest of their sentence. */
export const UNWANTED =
  /(?:deprioriti[sz]e|exclud(?:e|ing)|except(?:ing)?|avoid|lower[- ]priority|(?:not|less|don['’]t) (?:interested|care)|(?:not|don['’]t) (?:want|need)|no (?:papers|articles) (?:about|on))\b(?:[^.!?]|[.!?](?=\S))*/gi

/** In "models that do not forget", the word denies and excludes nothing; "not about" and "not interested in" exclude. */
const DENIAL =
  /"[^"]*"|\b((?:am|is|are|was|were|be|do|does|did|can|could|should|would|will|may|might|must|has|have|had)\s+)not(?!\s+(?:about|on|concerned|interested|related)\b)(?=\s)/g

/** Replaces each "not" that only denies with blanks; the length stays the same. */
export const withoutDenials = (text: string): string =>
  text.includes('not')
    ? text.replace(DENIAL, (all, before?: string) => (before === undefined ? all : `${before}   `))
    : text

// Words that people use about papers and in requests for them, and words that nearly every abstract contains.
export const FILLER: ReadonlySet<string> = keysOf(
  `paper article publication literature manuscript preprint arxiv research researcher study work
  find search see seek look explore investigate interest interesting relevant relate regarding concerning please want need like love
  help show give tell recommend suggest prioritize priority focus core mainly main welcome score
  method methodology approach technique framework system model models modeling modelling algorithmic
  task problem challenge issue question solution strategy way idea aspect topic area field domain scenario setting
  application apply practice practical practically development develop advance progress trend overview introduction
  performance result outcome improve improvement enhance achieve effective effectively efficient good better best well
  novel new recent recently latest current currently modern existing state-of-the-art sota significant significantly
  important importance significance potential possible existence difference relative set effect direction helpful
  specific specifically general generally various several many different diverse other another
  especially particularly particular including include example etc namely more most less least much any some all each
  every both one two first second only own same use user used useful usage utilize based base leverage allow enable
  ensure provide make get take involve contain combine perform incorporate handle consider consideration
  understand know theory theoretical foundation foundations fundamental basic principle role large big deep
  data training train learn out up off no non yes while during item below above criterion criteria satisfy match
  clearly clear directly really truly pure purely kind type level case connection explain generate don doesn isn aren
  propose introduce present demonstrate remain three not and or`,
)

/** Whether a word of a sentence does not describe its subject. */
export const isFiller = (word: string): boolean => {
  const folded = foldAccents(word)
  return isStopWord(folded) || CONNECTIVES.has(folded.toLowerCase()) || FILLER.has(wordKeyOf(folded, 'prose'))
}

/** Whether a word is meaningful only with the word before it: reinforcement learning. */
export const isHeadNoun = (word: string): boolean => /^(?:learning|networks?|generation)$/i.test(word)

// Terms that people write with blanks, and that mean more than their single words.
const TERMS =
  `large language model; vision language action; vision language model; vision language; language model;
  image generation; video generation; code generation; text generation; diffusion model; foundation model;
  world model; world action model; generative model; reward model; reasoning model;
  embodied ai; artificial intelligence; machine learning; deep learning; deep neural network; neural network;
  natural language processing; natural language; test time; real time; real world; time series; fine tuning; pre training;
  post training; instruction tuning; few shot; zero shot; one shot; cold start; long horizon; long context; open source;
  open vocabulary; multi agent; multi modal; multi step; multi hop; multi view; cross modal; cross domain; in context;
  chain of thought; mixture of experts; out of distribution; end to end; human in the loop; state space; knowledge graph;
  point process; point cloud; decision making; question answering; spatio temporal; self improvement; self supervised;
  speech to text; text to speech; text to image; text to video; image to video; speech to speech; sim to real; kv cache;
  key value cache; gaussian splatting; domain shift; domain adaptation; tool use; super resolution; control barrier;
  visual question answering; retrieval augmented generation; drug drug`
    .split(';')
    .map((term) => term.trim().split(/\s+/))

/** Terms of several words, as keys; longer terms first. */
export const MULTIWORD_TERMS: readonly (readonly string[])[] = TERMS.map((term) =>
  term.map((word) => wordKeyOf(word, 'prose')),
).sort((a, b) => b.length - a.length)

/** Several words that do not describe a subject, such as "state of the art". */
export const MULTIWORD_FILLERS: readonly (readonly string[])[] = [
  'state of the art',
  'large scale',
  'real world',
].map((term) => term.split(' ').map((word) => wordKeyOf(word, 'prose')))

// Papers here are in English. Their formulas contain Greek letters, and single letters of any alphabet (Ш, ℵ).
const FOREIGN =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]|(?:(?![\p{sc=Latin}\p{sc=Greek}\p{sc=Common}\p{sc=Inherited}])\p{L}){2}/u

const MAX_TERMS = 6
const MAX_TERM_LENGTH = 60
const TERM =
  /\p{sc=Latin}[\p{sc=Latin}\d]*(?:[-+.#]+[\p{sc=Latin}\d]+)*(?: \p{sc=Latin}[\p{sc=Latin}\d-]*)*/gu

/** Whether a text contains words of a script that English papers do not use. */
export const isForeign = (text: string): boolean => !isPrintableAscii(text) && FOREIGN.test(text)

const OPERATORS_AND_FIELDS = /(?<![\p{L}\p{N}])(?:(?:and|or|not|andnot)(?![\p{L}\p{N}])|[a-z]+:)/giu

/** The English terms in a text of another language, each once: Test-Time Adaptation, VLA. */
export function englishTerms(text: string): string[] {
  const terms = [...text.replace(OPERATORS_AND_FIELDS, ',').matchAll(TERM)]
    .map(([term]) => term)
    .filter(({ length }) => length > 1 && length <= MAX_TERM_LENGTH)
  return [...new Map(terms.map((term) => [term.toLowerCase(), term])).values()].slice(0, MAX_TERMS)
}

// Small words of German, French, Spanish and Italian that English queries do not have.
const SMALL_FOREIGN_WORD =
  /(?<!\p{L})(?:der|und|für|eine|les|des|une|du|par|pour|avec|dans|sur|del|los|las|una|para|della|delle)(?!\p{L})/u
const LETTER_WITH_MARK = /(?=[^\p{ASCII}])\p{sc=Latin}/u
/** A shorter word with a capital is rather a name: Müller. */
const MIN_NOUN_LENGTH = 13

/** Whether a text in Latin letters may be of another language than English. */
export function mayBeForeign(text: string): boolean {
  const words = text.normalize('NFC').match(/[\p{L}\p{M}]+/gu) ?? []
  const isMarked = (word: string) => LETTER_WITH_MARK.test(word)
  // A name may also be all that was typed: müller.
  const isName = (word: string) =>
    (/^\p{Lu}/u.test(word) || words.length === 1) && word.length < MIN_NOUN_LENGTH
  return SMALL_FOREIGN_WORD.test(text) || words.some((word) => isMarked(word) && !isName(word))
}

// Filler around a subject: "new papers about world models", "llm papers", "the latest in robotics".

const PAPERS = 'papers?|articles?|preprints?|publications?|manuscripts?'
const NEW = 'new|newest|latest|recent|interesting'
const GOOD =
  'the|some|any|all|more|my|important|relevant|good|great|best|top|cool|scientific|academic|arxiv|research'
const ASKING =
  "please|find|search|show|give|get|send|recommend|suggest|me|us|i|want|need|what|which|is|are|what['’]?s"

const BEFORE = [
  String.raw`${words(ASKING)}${words(`${NEW}|${GOOD}`)}(?:${PAPERS}|literature|research|works?|studies|news|anything|everything)\s+(?:about|on|of|in|for|regarding|concerning|(?:related|relating|relevant)\s+to)\s+(?:the\s+)?`,
  String.raw`(?:what(?:['’]?s|\s+is)|anything|something)\s+new\s+(?:about|on|in|for|with)\s+`,
  String.raw`(?:the\s+)?(?:latest|newest|recent)\s+(?:(?:in|on|about|from)\s+)?`,
].map((pattern) => new RegExp(String.raw`^\s*${pattern}(?=\S)`, 'i'))
const AFTER = new RegExp(
  String.raw`\s${words(NEW)}(?:(?:${PAPERS})[.!?\s]*$|(?:papers|articles|preprints)(?=\s+(?:and|or)\s))`,
  'gi',
)

const HAS_PAPERS = new RegExp(PAPERS, 'i')

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
  const all = withoutDenials(text).replace(
    NOT_ONLY,
    (_, blanks, not, first, but) => blanks + blank(not) + first + blank(but),
  )
  const start = Math.max(...BEFORE.map((pattern) => pattern.exec(all)?.[0].length ?? 0))
  const rest = all.slice(start)
  return withoutPapers(BEGINS_WITH_OPERATOR.test(rest) ? all : rest.padStart(all.length))
}

const blank = (text: string): string => ' '.repeat(text.length)

const withoutPapers = (text: string): string =>
  (HAS_PAPERS.test(text) ? [...maskGroups(text).matchAll(AFTER)] : []).reduce(
    (left, { 0: papers, index }) => {
      const before = left.slice(0, index).trimEnd()
      const isAll = before === '' || ENDS_WITH_OPERATOR.test(before)
      return isAll ? left : before.padEnd(index + papers.length) + left.slice(index + papers.length)
    },
    text,
  )

function isNothing(text: string): boolean {
  if (!ASKS_FOR_PAPERS.test(text)) return false
  const all = text
    .replace(/[.!?]+\s*$/, '')
    .trim()
    .split(/\s+/)
  return all.every((word) => WORD.test(word))
}

const NEVER_PLAIN = new RegExp(
  `^(?:${PAPERS}|${NEW}|literature|regarding|concerning|except(?:ing)?|exclud(?:e|ing)|preferably|ideally|mainly|namely)$`,
  'i',
)

/** Whether a single word may be stripped as filler, or read as a connective, at some position of a query. */
export const isStrippableWord = (word: string): boolean => NEVER_PLAIN.test(word)
