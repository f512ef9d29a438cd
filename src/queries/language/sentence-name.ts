import { tokensOf } from '../text/tokens.ts'
import { isConnective } from './sentence-words.ts'

// Terms of many papers: a name of only these distinguishes no topic.
const BROAD = new Set(
  `large language model|language model|llm|vision language model|vlm|multimodal large language model|foundation model
  |generative model|artificial intelligence|ai|machine learning|ml|deep learning|neural network|deep neural network
  |natural language processing|nlp|computer vision|multimodal|analysis|benchmark|classification|comparison|dataset
  |detection|evaluation|optimization|prediction|representation|risk|safety|survey`
    .split('|')
    .map((term) => keyOf(term.trim())),
)

/** What introduces the words that matter most, in the first sentence of a text. */
const EMPHASIS =
  /^(?:[^.!?:]|[.!?:](?=\S))*?\b(?:especially|particularly|in particular|with (?:an? )?(?:\w+ )?(?:focus|emphasis) on)\b/i

/** Words that are no key words, but belong to the one after them: deep reinforcement learning, efficient inference. */
const BEFORE = /\b(?:deep|effective|efficient|first|large) $/i
/** A word after the last key word of a phrase: autonomous systems. */
const AFTER = /^ (?!(?:and|or|not)\b)(\p{L}+)(?<!ed)(?![\p{L}:<>=])/iu
/** Words after a phrase that it does not need. */
const GENERAL = /^(?:methods?|models?|systems?|techniques?)$/i

/** A key word of a sentence and where it is. */
interface Place {
  start: number
  end: number
  isBroad: boolean
}

/**
 * The part of a sentence that names its subject: what follows "especially", or else the first whole phrases that contain a
 * telling word: "discovering new materials" of "how large language models can be used for discovering new materials".
 * Empty if no phrase fits. `terms`: the key words of the sentence, in order.
 */
export function sentenceName(terms: readonly string[], text: string, max: number): string {
  const phrases = phrasesOf(placesOf(terms, text), text)
  const emphasis = EMPHASIS.exec(text)?.[0].length ?? text.length
  const stressed = phrases.filter(([first]) => first!.start > emphasis)
  return firstTelling(stressed, text, max) || firstTelling(phrases, text, max) || runFrom(phrases, text, max)
}

function placesOf(terms: readonly string[], text: string): Place[] {
  const lower = text.toLowerCase()
  const places: Place[] = []
  for (const term of terms) {
    const start = startOfWord(lower, term.toLowerCase(), places.at(-1)?.end ?? 0)
    if (start >= 0) places.push({ start, end: start + term.length, isBroad: BROAD.has(keyOf(term)) })
  }
  return places
}

/** Where a text first has a term from `from` on, not within a word; -1 if nowhere. */
function startOfWord(text: string, term: string, from: number): number {
  let at = text.indexOf(term, from)
  while (at > 0 && /[\p{L}\p{N}]/u.test(text[at - 1]!)) at = text.indexOf(term, at + 1)
  return at
}

/** Key words between which are no signs and no words that join. */
function phrasesOf(places: readonly Place[], text: string): Place[][] {
  const phrases: Place[][] = []
  for (const [i, place] of places.entries()) {
    const gap = text.slice(places[i - 1]?.end ?? 0, place.start)
    const goesOn = i > 0 && !/[^\p{L}\p{N} '’-]/u.test(gap) && !gap.split(' ').some(joins)
    if (goesOn) phrases.at(-1)!.push(place)
    else phrases.push([place])
  }
  return phrases
}

const joins = (word: string): boolean => isConnective(word) || /^(?:and|or|not)$/i.test(word)

function firstTelling(phrases: readonly Place[][], text: string, max: number): string {
  for (let from = 0; from < phrases.length; from++) {
    const rest = phrases.slice(from)
    const run = runFrom(rest, text, max)
    const start = startOf(rest[0]!, text)
    const isTelling = rest.flat().some(({ end, isBroad }) => !isBroad && end <= start + run.length)
    if (run && isTelling) return run
  }
  return ''
}

/** As many whole phrases from the first one as fit, or the words of the first one that fit. */
function runFrom(phrases: readonly Place[][], text: string, max: number): string {
  const [first] = phrases
  if (!first) return ''
  const start = startOf(first, text)
  const fits = (end: number) => end - start <= max && !SIGNS.test(text.slice(start, end))
  let to = first.findLast(({ end }) => fits(end))?.end ?? start
  for (const phrase of phrases) {
    const end = endsOf(phrase, text).find(fits)
    if (end === undefined) break
    to = end
  }
  return text.slice(start, to)
}

function startOf([first]: readonly Place[], text: string): number {
  const { start } = first!
  return start - (BEFORE.exec(text.slice(0, start))?.[0].length ?? 0)
}

/** Where a phrase can end: after its last word, and before it if that is general. */
function endsOf(phrase: readonly Place[], text: string): number[] {
  const { end } = phrase.at(-1)!
  const [all = '', word = ''] = AFTER.exec(text.slice(end)) ?? []
  if (!word || isConnective(word)) return [end]
  return GENERAL.test(word) ? [end + all.length, end] : [end + all.length]
}

/** Signs that end a name. */
const SIGNS = /["“”()|:;!?*]|\.\s|\s-|\b(?:AND|OR|NOT|ANDNOT)\b/

function keyOf(term: string): string {
  return tokensOf(term)
    .map(({ key }) => key)
    .join(' ')
}
