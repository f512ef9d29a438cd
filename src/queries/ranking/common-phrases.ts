import { yieldToEventLoop } from '../../core/yield-to-event-loop.ts'
import { isFiller } from '../language/sentence-words.ts'
import { evaluate } from '../matching/evaluate.ts'
import type { TextLeaf } from '../query.ts'
import { type PaperText, type Token, type WordIndex, wordKeyOf } from '../text/tokens.ts'
import { type NamedPhrase, namedPhrases } from './named-phrases.ts'
import { isPart, type Phrase, phrasesIn, WEAK_HEADS } from './phrases.ts'

/** A phrase of several papers, as most of them write it, and the number of papers that a search for it finds. */
export interface CommonPhrase {
  text: string
  papers: number
}

const MIN_PAPERS = 2
/** How often a phrase is looked up in a paper: for a long list, only the phrases of most titles and keywords. */
const MAX_LOOKUPS = 8000
const MIN_CANDIDATES = 50
/** A single word is in so many titles: one that is in fewer may be a figure of speech. */
const MIN_TITLES_OF_WORD = 2
/** What a larger share of the papers has says nothing about this list, unless the list is short. */
const MAX_SHARE = 0.4
const SHORT_LIST = 8
/** Phrases that share a word and this share of their papers are about the same. */
const MAX_SHARED = 0.6
/** A longer phrase replaces its part if it has at least this share of its papers. */
const MOST_OF_PART = 0.6
/** Papers that are searched before other requests get their turn. */
const BATCH = 20
const MIN_WORD_LENGTH = 5

const keyOf = (text: string): string =>
  text
    .split(' ')
    .map((word) => wordKeyOf(word, 'prose'))
    .join(' ')

/** Subjects of nearly every list. */
const BROAD: ReadonlySet<string> = new Set(
  [
    'language models',
    'large language',
    'large language models',
    'large models',
    'foundation models',
    'deep learning',
    'machine learning',
    'neural networks',
    'models',
    'systems',
    'tasks',
    'networks',
    'tokens',
    'limits',
    'training data',
    'building blocks',
    'open-source models',
    'insights',
  ].map(keyOf),
)

/** Words that end no name: "multimodal large" is cut out of a longer one. */
const NEVER_LAST = new Set(['large', 'language', 'vision', 'open', 'long', 'new', 'multi'].map(keyOf))

interface Counted {
  text: string
  keys: readonly string[]
  found: ReadonlySet<number>
  score: number
}

/**
 * The phrases that most papers of a list share, the most frequent first. Upper and lower case, and the inflections of a
 * word, are one phrase. Each is in the title or the keywords of a paper, and counts every paper that has it anywhere.
 */
export async function commonPhrases(papers: readonly PaperText[], limit: number): Promise<CommonPhrase[]> {
  const candidates = candidatesOf(papers)
    .filter(({ papers, keys }) => keys.length > 1 || papers >= MIN_TITLES_OF_WORD)
    .filter(({ keys }) => !BROAD.has(keys.join(' ')))
    .sort((a, b) => b.papers - a.papers)
    .slice(0, Math.max(MIN_CANDIDATES, Math.floor(MAX_LOOKUPS / papers.length)))
  const most = Math.max(SHORT_LIST * MAX_SHARE, papers.length * MAX_SHARE)
  const counted = (await countIn(papers, candidates)).filter(
    ({ found }) => found.size >= MIN_PAPERS && found.size <= most,
  )
  const whole = counted.filter((one) =>
    counted.every(
      (other) => !isPart(one, other) || other.found.size < MOST_OF_PART * one.found.size || other === one,
    ),
  )
  const chosen: Counted[] = []
  for (const one of whole.sort((a, b) => b.score - a.score)) {
    if (chosen.length === limit) break
    if (!chosen.some((other) => areAlike(one, other))) chosen.push(one)
  }
  return chosen
    .map(({ text, found }) => ({ text, papers: found.size }))
    .sort((a, b) => b.papers - a.papers || a.text.localeCompare(b.text, 'en'))
}

/** The phrases in titles and keywords. */
const candidatesOf = (papers: readonly PaperText[]): NamedPhrase[] =>
  namedPhrases(
    papers.map(({ title, keywords }) =>
      [...phrasesIn([title, ...keywords]), ...pluralsIn(title)].filter(
        ({ keys }) => !NEVER_LAST.has(keys.at(-1)!),
      ),
    ),
  )

/** Single words of a title that name things: agents, embeddings. Others may be adjectives. */
const pluralsIn = ({ tokens }: WordIndex): Phrase[] =>
  tokens.filter(isPlural).map(({ folded, key }) => ({ keys: [key], text: folded.toLowerCase() }))

const isPlural = ({ folded, key }: Token): boolean =>
  folded.length >= MIN_WORD_LENGTH &&
  /^\p{L}\p{Ll}*[^su\P{Ll}]s$/u.test(folded) &&
  !isFiller(folded) &&
  !WEAK_HEADS.has(key)

async function countIn(papers: readonly PaperText[], candidates: readonly NamedPhrase[]): Promise<Counted[]> {
  const counted = candidates.map(({ keys, text, papers: named }) => {
    const leaf: TextLeaf = { kind: keys.length > 1 ? 'phrase' : 'word', field: 'any', text, quoted: true }
    return { text, keys, named, leaf, found: new Set<number>() }
  })
  for (const [i, paper] of papers.entries()) {
    if (i % BATCH === BATCH - 1) await yieldToEventLoop()
    for (const { leaf, found } of counted) if (evaluate(leaf, paper)) found.add(i)
  }
  return counted.map(({ named, ...one }) => ({
    ...one,
    score: (2 * named + one.found.size) * (one.keys.length > 1 ? 2 : 1),
  }))
}

function areAlike(one: Counted, other: Counted): boolean {
  if (!one.keys.some((key) => other.keys.includes(key))) return false
  const shared = [...one.found].filter((paper) => other.found.has(paper)).length
  return shared > MAX_SHARED * Math.min(one.found.size, other.found.size)
}
