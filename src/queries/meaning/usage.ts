import { gunzipSync, gzipSync } from 'node:zlib'
import { addDays, type Day } from '../../core/dates.ts'
import type { Learner, LearnerPaper } from '../learned/learner.ts'
import { isStopWord, tokensOf, wordKeyOf } from '../text/tokens.ts'
import { AcronymCounter, type Acronyms, longFormKey } from './acronyms.ts'
import { TermCounter } from './known-terms.ts'

/**
 * How the papers of an archive use words. It is measured from 100 papers on, whenever they have doubled and each night,
 * and stored, so that the preview, the search and the emails of a day agree on what a query means. A word is represented
 * by its key.
 */
export interface Usage {
  /** The share of recent papers that contain all of the words, from 0 to 1; 0 if they are fewer than five. */
  shareWithAll(keys: readonly string[]): number
  acronyms: Acronyms
  /** Known terms and long forms, as `TermCounter` returns them. */
  terms: ReadonlyMap<string, string>
}

/** The data of a Usage, as stored in JSON. */
interface StoredUsage {
  recent: number
  /** Each word with the places of the recent papers that contain it. */
  words: [key: string, recent: number[]][]
  longForms: [acronym: string, longForm: string][]
  acronyms: [longForm: string, acronym: string][]
  /** Without the second one if it is the same. */
  terms: [words: string, withSmallWords?: string][]
}

const RECENT_DAYS = 60
/** Recent papers that are measured, spread evenly: a share of 0.3 % is then a dozen of them. */
const MAX_RECENT = 4096
/** An acronym in lower case is one if fewer of the papers with its letters have them in lower case: llm, but not map. */
const MAX_LOWER_CASE = 0.05
const SHORT_LOWER_CASE = /^\p{Ll}{2,5}$/u
/** Words of fewer papers are left out: most are misspelled. */
const MIN_PAPERS = 2
/** In a small archive, a share of 0.3 % would be one paper. */
const MIN_TOGETHER = 5

/** Measures papers, the newest first. */
export class UsageLearner implements Learner {
  readonly #acronyms = new AcronymCounter()
  readonly #terms = new TermCounter()
  /** For each word, the number of papers with it, and the places of the recent ones in their order. */
  readonly #words = new Map<string, { papers: number; recent: number[] }>()
  /** The number of papers with a short word in lower case. */
  readonly #lowerCase = new Map<string, number>()
  #newest: Day | null = null
  #recent = 0

  add({ title, abstract, keywords, firstDay }: LearnerPaper): void {
    this.#newest ??= firstDay
    const isRecent = firstDay > addDays(this.#newest, -RECENT_DAYS)
    this.#acronyms.read(abstract.text)
    this.#terms.read([title, abstract], keywords)
    const keys = new Set<string>()
    const lowerCase = new Set<string>()
    for (const { tokens } of [title, abstract])
      for (const { folded, key } of tokens) {
        if (!isStopWord(folded)) keys.add(key)
        if (SHORT_LOWER_CASE.test(folded)) lowerCase.add(folded)
      }
    for (const word of lowerCase) this.#lowerCase.set(word, (this.#lowerCase.get(word) ?? 0) + 1)
    for (const key of keys) {
      const word = this.#words.get(key) ?? { papers: 0, recent: [] }
      word.papers++
      if (isRecent) word.recent.push(this.#recent)
      this.#words.set(key, word)
    }
    if (isRecent) this.#recent++
  }

  finish(): Uint8Array<ArrayBuffer> {
    const every = Math.max(1, this.#recent / MAX_RECENT)
    const sampled = (papers: readonly number[]) =>
      papers.flatMap((paper) => {
        const place = Math.floor(paper / every)
        return paper === Math.ceil(place * every) ? [place] : []
      })
    const { longForms, acronyms } = this.#acronyms.result()
    const terms = this.#terms.result()
    for (const long of longForms.values()) terms.set(contentKeys(long).join(' '), longFormKey(long))
    const stored: StoredUsage = {
      recent: Math.min(this.#recent, MAX_RECENT),
      words: [...this.#words]
        .filter(([, { papers }]) => papers >= MIN_PAPERS)
        .map(([key, { recent }]) => [key, sampled(recent)]),
      longForms: [...longForms].flatMap(([acronym, long]) =>
        this.#spellingsOf(acronym).map((one) => [one, long]),
      ),
      acronyms: [...acronyms],
      terms: [...terms].map(([words, whole]) => (whole === words ? [words] : [words, whole])),
    }
    return new Uint8Array(gzipSync(JSON.stringify(stored)))
  }

  /** An acronym, and the same in lower case if that is hardly another word. */
  #spellingsOf(acronym: string): string[] {
    const lower = acronym.toLowerCase()
    const papers = this.#words.get(wordKeyOf(lower, 'prose'))?.papers ?? 0
    const isWord = isStopWord(lower) || (this.#lowerCase.get(lower) ?? 0) > papers * MAX_LOWER_CASE
    return isWord ? [acronym] : [acronym, lower]
  }
}

export function decodeUsage(data: Uint8Array): Usage {
  const { recent, words, longForms, acronyms, terms }: StoredUsage = JSON.parse(gunzipSync(data).toString())
  const known = new Map(words.map(([key, recent]) => [key, Uint16Array.from(recent)]))
  return {
    acronyms: { longForms: new Map(longForms), acronyms: new Map(acronyms) },
    terms: new Map(terms.map(([words, whole = words]) => [words, whole])),
    shareWithAll: (keys) => {
      const [first = NONE, ...others] = [...new Set(keys)].map((key) => known.get(key) ?? NONE)
      const sets = others.map((papers) => new Set(papers))
      const together = first.filter((paper) => sets.every((set) => set.has(paper))).length
      return together < MIN_TOGETHER ? 0 : together / recent
    },
  }
}

const NONE = new Uint16Array()

/** The keys of a text's words, without stop words. */
export const contentKeys = (text: string): string[] =>
  tokensOf(text)
    .filter(({ folded }) => !isStopWord(folded))
    .map(({ key }) => key)

/** What is known without papers. */
export const NO_USAGE: Usage = {
  shareWithAll: () => 0,
  acronyms: { longForms: new Map(), acronyms: new Map() },
  terms: new Map(),
}
