import { sentencesOf } from './sentences.ts'

/** In UTF-16 units: what fits under a title. */
const MAX_KEY_SENTENCE = 220
/** A shorter one in the middle of an abstract says too little: "We introduce Kimi." */
const MIN_KEY_SENTENCE = 30

/**
 * The whole sentence of an abstract that best says what the paper is about and that a reader understands without the
 * others; empty without such a sentence. `abstract`: plain text.
 */
export function keySentence(abstract: string): string {
  const sentences = sentencesOf(abstract)
  const seen = new Set<Kind>()
  let best = { sentence: '', score: 0 }
  for (const [i, sentence] of sentences.entries()) {
    const kind = KINDS.find(({ pattern }) => pattern.test(sentence))
    // What is proposed second is a part of what was proposed first.
    const isNew = kind && !seen.has(kind)
    const otherScore = i === 0 ? OPENING : ANYTHING_ELSE
    const score = (isNew ? kind.score : otherScore) + (NAMED.test(sentence) ? NAME : 0)
    if (kind) seen.add(kind)
    const isComplete = ENDS.test(sentence) || sentences.length === 1
    // Nothing is before the first sentence that it could need.
    const isClear = i === 0 || (sentence.length >= MIN_KEY_SENTENCE && !needsContext(sentence))
    if (score > best.score && isComplete && isShown(sentence) && isClear) best = { sentence, score }
  }
  return best.sentence
}

/** Whether a text fits and contains no gap. */
export const fitsOnCard = (text: string): boolean => text.length <= MAX_KEY_SENTENCE && !/…|\.\.\./.test(text)

const ENDS = /[.!?。？！]["”’')\]]*$/

const isShown = (sentence: string): boolean => fitsOnCard(sentence) && !ASIDE.test(sentence)

const needsContext = (sentence: string): boolean => LEANING.some((pattern) => pattern.test(sentence))

/** Words as alternatives of a pattern, with `_` for a blank. */
const anyOf = (words: string): string => words.trim().split(/\s+/).join('|').replaceAll('_', ' ')

const OWN_TEXT = anyOf(
  `paper work study article survey thesis report review chapter tutorial manuscript perspective`,
)
const ADVERB = anyOf(`here first now thus systematically empirically theoretically formally rigorously`)

/** The authors or their paper as the subject of a verb: "we first show", "this paper shows". */
const authors = (verbs: string): string =>
  String.raw`\b(?:we (?:(?:${ADVERB}) )?|(?:this|our|the present) (?:[a-z-]+ )?(?:${OWN_TEXT}) )(?:${anyOf(verbs)})(?:e?s)?\b`

const PROPOSE = `present propose introduce develop design describe build create construct devise formulate unveil
  contribute establish advance`
const STUDY = `study investigate examine explore analyze analyse revisit ask review survey address tackle aim focus
  compare argue characterize characterise formalize formalise benchmark seek provide offer`
const FIND = `show find demonstrate prove reveal observe discover identify establish conclude suggest`

interface Kind {
  score: number
  pattern: RegExp
}

/** What a sentence can say, the most telling first. */
const KINDS: Kind[] = [
  // "We present Mamba, a model", "A new method is proposed"
  {
    score: 5,
    pattern: new RegExp(
      String.raw`${authors(PROPOSE)}|\b(?:is|are) (?:proposed|presented|introduced|developed)\b|^introducing\b`,
      'i',
    ),
  },
  // "This survey reviews"
  { score: 4, pattern: new RegExp(authors(STUDY), 'i') },
  // "We find that"
  { score: 3, pattern: new RegExp(String.raw`${authors(FIND)} that\b`, 'i') },
]
/** The first sentence says what the paper is about, or what is missing. */
const OPENING = 2
const ANYTHING_ELSE = 1
/** For a sentence with a name; less than the step between two kinds. */
const NAME = 0.5
// GRPO, FlashAttention, GUI-G, "called Mamba,"
const NAMED =
  /(?<!^)\b(?:\p{Lu}?\p{Ll}+\p{Lu}|\p{Lu}{2}|\p{Lu}[\p{L}\d]*-\p{L})|(?<=\p{Ll} )\p{Lu}\p{Ll}+[,:]/u

const LEANING_START = anyOf(`
  accordingly additionally afterward afterwards again also alternatively altogether and as_a_result as_such at_its_core
  at_the_core besides beyond both but by_contrast by_doing_so collectively concretely consequently conversely critically
  crucially each even_so even_worse finally first firstly for_both for_example for_instance further furthermore he hence
  however importantly in_addition in_both in_contrast in_doing_so in_fact in_other_words in_particular in_response
  in_short in_specific in_summary in_total in_turn indeed initially instead interestingly it its last lastly likewise
  meanwhile more_generally more_importantly more_specifically moreover namely nevertheless next nonetheless notably
  on_the_one_hand on_the_other_hand one or others otherwise overall rather remarkably second secondly she similarly so
  specifically still subsequently such surprisingly that the_former the_latter the_same the_three the_two their then
  thereby therefore they third thirdly thus to_do_so to_that_end together ultimately unfortunately yet another`)

const THING = anyOf(`
  algorithm analysis approach approaches architecture benchmark challenge challenges code core corpus dataset effect
  evaluation experiments finding findings framework gap gaps goal idea improvement improvements insight issue issues
  limitation limitations method methods model models observation observations pipeline problem problems question
  questions result results setting shortcoming shortcomings system task technique tool`)

/** Signs that a sentence is only understood together with the one before it. */
const LEANING: RegExp[] = [
  new RegExp(String.raw`^(?:${LEANING_START})\b(?!-)`, 'i'),
  // "To address these limitations, we", but "this paper" and "those of"
  new RegExp(String.raw`\b(?:this|these)\b(?! (?:[a-z-]+ )?(?:${OWN_TEXT})\b)`, 'i'),
  /\bthose\b(?! (?:at|by|for|from|in|of|on|that|under|who|with|without)\b)/i,
  /\bsuch (?!as\b|that\b)/i,
  /\b(?:the former|the latter|aforementioned|the above|as above|the same)\b/i,
  // "We show that it", "While they", "To study their interactions, we"
  /^(?:we \w+ (?:that,? |how |why )?(?:\w+ )?|\S+ (?:\S+ )?)(?:it|its|they|their|them)\b/i,
  /^[^,]*\b(?:its|their|them)\b[^,]*, we\b/i,
  /\bwe (?:also|further|additionally|then|next|finally|furthermore|moreover|subsequently|later|instead|in turn)\b/i,
  // "The proposed method outperforms", but "the problem of"
  new RegExp(
    String.raw`^(?:\S+ ){0,4}(?:the|our) (?:[\w-]+ ){0,2}(?:${THING})\b(?! (?:of|for|that|between|in|to|with|from|where)\b)`,
    'i',
  ),
  // an item of a list
  /^(?:\(?\d+[).:]|[^\p{L}\p{N}"“‘'(])/u,
]

/** Nothing about the subject of the paper. */
const ASIDE =
  /https?:|github|\bavailable\b|\bwe (?:will )?(?:release|open-source|make) (?:our|the|all|both)\b|\bwe hope\b|\baccepted (?:at|to|by)\b|\bwithdrawn\b/i
