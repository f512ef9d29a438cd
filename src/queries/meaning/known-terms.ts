import { FILLER } from '../language/sentence-words.ts'
import type { TokenizedText } from '../learned/learner.ts'
import { isStopWord, type Token, wordKeyOf } from '../text/tokens.ts'

/** Papers that are read, the newest first: with more, their words would take more than 100 MB. */
const MAX_READ = 50_000
const MAX_TERMS = 50_000
const MAX_WORDS = 3
/** Papers that have the words of a term side by side. */
const MIN_PAPERS = 5
/** Their share of the papers that have all of the words. */
const MIN_SHARE = 0.2
/** Or so many papers have it as a keyword: many papers on other subjects have "world" and "model". */
const MIN_KEYWORDS = 10
/** Words within a term: mixture of experts, human in the loop. Not "to": text image retrieval is no text to image. */
const SMALL_WORDS = new Set(['of', 'in', 'as', 'the', 'a'])
const MAX_SMALL_WORDS = 2
/** Not by themselves: bridge the gap. */
const ARTICLES = new Set(['the', 'a'])
const BREAK = 0
/** What may be between two words that are side by side. */
const GAP = /^[ \-‐‑–]$/
const HYPHEN = /^[-‐‑–]$/
/** Hashes of runs of words, counted before the runs themselves, most of which are in a single paper. */
const HASHES = 1 << 24

const keysOf = (words: string): Set<string> =>
  new Set(words.split(/\s+/).map((word) => wordKeyOf(word, 'prose')))

/** Words with which abstracts praise and compare, which are in no term. */
const RHETORIC = keysOf(
  `outperform surpass exceed establish highlight rely offer incur pave eliminate push remain yield rapid rapidly despite
  employ underscore reveal suggest show shown introduced proposed extensive extensively substantial substantially previous
  promising crucial fundamental major unique impressive superior strong stronger strongest comparable remarkable notable
  valuable principled rigorous inherent limited insufficient suboptimal fewer further existing often typically primarily
  highly fully nearly thereby however moreover finally furthermore even still no longer across among between through via
  without under over toward beyond whether although three four five six seven eight nine ten like per entire total wide
  broad variety baseline ablation achieving making become lack struggle suffer teach unleash lay stand compare comprise
  determine carry cover cause garner potential`,
)
/** Words in requests for papers that begin terms nevertheless. */
const BEGINS_TERM = keysOf(
  `deep data model training learning theory large task domain question generate direct score search user work set role
  system explain`,
)

interface ReadPaper {
  /** The numbers of its words: negative for small words, 0 between words that are not side by side. */
  words: Int32Array
  /** For each of them, whether it continues a hyphenated word: "turn" in multi-turn dialogue. */
  isInside: Uint8Array
}

/** Finds the words that papers have side by side: world model, mixture of experts. */
export class TermCounter {
  readonly #numbers = new Map<string, number>()
  readonly #keys: string[] = ['']
  readonly #papers: ReadPaper[] = []
  /** The number of papers with a keyword, by the keys of its words without small words. */
  readonly #keywords = new Map<string, number>()

  read(texts: readonly TokenizedText[], keywords: readonly TokenizedText[] = []): void {
    if (this.#papers.length === MAX_READ) return
    for (const key of new Set(keywords.map(keyOfTerm)))
      this.#keywords.set(key, (this.#keywords.get(key) ?? 0) + 1)
    const words: number[] = []
    const isInside: number[] = []
    const add = (number: number, inside: boolean) => {
      words.push(number)
      isInside.push(Number(inside))
    }
    for (const { text, tokens } of texts) {
      let isBegun = false
      for (const [i, token] of tokens.entries()) {
        const gap = i === 0 ? '' : text.slice(tokens[i - 1]!.end, token.start)
        if (!GAP.test(gap)) add(BREAK, false)
        isBegun &&= HYPHEN.test(gap)
        const number = this.#numberOf(token)
        add(number, isBegun)
        isBegun ||= number > 0
      }
    }
    this.#papers.push({ words: Int32Array.from(words), isInside: Uint8Array.from(isInside) })
  }

  #numberOf({ folded, key }: Token): number {
    const small = folded.toLowerCase()
    if (SMALL_WORDS.has(small)) return -this.#known(small)
    return isStopWord(folded) || !/\p{L}/u.test(folded) ? BREAK : this.#known(key)
  }

  #known(key: string): number {
    const number = this.#numbers.get(key) ?? this.#keys.push(key) - 1
    this.#numbers.set(key, number)
    return number
  }

  /** The terms by the keys of their words without small words, each as these keys with small words; most papers first. */
  result(): Map<string, string> {
    const runs = [...this.#frequentRuns()].sort((a, b) => b[1] - a[1])
    const papersOf = this.#papersByWord(runs.map(([run]) => run))
    const terms = new Map<string, string>()
    for (const [run, papers] of runs) {
      const words = numbersIn(run)
      const telling = words.filter((word) => word > 0)
      const small = words.map((word, i) => (word < 0 && words[i - 1]! > 0 ? this.#keys[-word]! : ''))
      const keys = telling.map((word) => this.#keys[word]!)
      const key = keys.join(' ')
      if (terms.has(key) || !mayName(keys) || small.some((word) => ARTICLES.has(word))) continue
      const isKeyword = (this.#keywords.get(key) ?? 0) >= MIN_KEYWORDS
      if (!isKeyword && papers < MIN_SHARE * countTogether(telling.map((word) => papersOf.get(word)!)))
        continue
      terms.set(key, words.map((word) => this.#keys[Math.abs(word)]).join(' '))
      if (terms.size === MAX_TERMS) break
    }
    return terms
  }

  /** The runs of words that enough papers contain, with the number of these papers. */
  #frequentRuns(): Map<string, number> {
    const perHash = new Uint8Array(HASHES)
    for (const paper of this.#papers)
      forEachRun(paper, ({ words }, from, to) => {
        const hash = hashOf(words, from, to)
        if (perHash[hash]! < MIN_PAPERS) perHash[hash]!++
      })
    const counts = new Map<string, number>()
    for (const paper of this.#papers) {
      const runs = new Set<string>()
      forEachRun(paper, ({ words }, from, to) => {
        if (perHash[hashOf(words, from, to)] === MIN_PAPERS) runs.add(words.subarray(from, to).join(' '))
      })
      for (const run of runs) counts.set(run, (counts.get(run) ?? 0) + 1)
    }
    return new Map([...counts].filter(([, papers]) => papers >= MIN_PAPERS))
  }

  /** The places of the papers with each word of some runs, ascending. */
  #papersByWord(runs: readonly string[]): Map<number, number[]> {
    const papers = new Map<number, number[]>(
      runs.flatMap((run) => numbersIn(run).map((word): [number, number[]] => [word, []])),
    )
    for (const [place, { words }] of this.#papers.entries())
      for (const word of new Set(words)) papers.get(word)?.push(place)
    return papers
  }
}

const keyOfTerm = ({ tokens }: TokenizedText): string =>
  tokens
    .filter(({ folded }) => !isStopWord(folded))
    .map(({ key }) => key)
    .join(' ')

/** Whether words, by their keys, may name something. */
function mayName(keys: readonly string[]): boolean {
  const first = keys[0]!
  return (
    (!FILLER.has(first) || BEGINS_TERM.has(first)) &&
    new Set(keys).size === keys.length &&
    !keys.some((key) => RHETORIC.has(key))
  )
}

const numbersIn = (run: string): number[] => run.split(' ').map(Number)

/** Calls back with each run of two or three words and the small words between them, without parts of hyphenated words. */
function forEachRun(paper: ReadPaper, work: (paper: ReadPaper, from: number, to: number) => void): void {
  const { words, isInside } = paper
  for (let from = 0; from < words.length; from++) {
    if (words[from]! <= 0 || isInside[from]) continue
    let last = from
    for (let count = 2; count <= MAX_WORDS; count++) {
      let next = last + 1
      while (words[next]! < 0 && next - last <= MAX_SMALL_WORDS) next++
      if (next >= words.length || words[next]! <= 0) break
      if (!isInside[next + 1]) work(paper, from, next + 1)
      last = next
    }
  }
}

function hashOf(words: Int32Array, from: number, to: number): number {
  let hash = 0
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ words[i]!, 0x9e3779b1)
  return (hash ^ (hash >>> 15)) & (HASHES - 1)
}

/** How many numbers are in all of some ascending lists. */
function countTogether(lists: readonly (readonly number[])[]): number {
  const [shortest, ...others] = lists.toSorted((a, b) => a.length - b.length)
  return shortest!.filter((number) => others.every((list) => includes(list, number))).length
}

function includes(ascending: readonly number[], number: number): boolean {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle]! < number) low = middle + 1
    else high = middle
  }
  return ascending[low] === number
}
