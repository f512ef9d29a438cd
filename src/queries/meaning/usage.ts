import { deserialize, serialize } from 'node:v8'
import { gunzipSync, gzipSync } from 'node:zlib'
import { addDays, type Day } from '../../core/dates.ts'
import type { Learner, LearnerPaper } from '../learned/learner.ts'
import { isStopWord } from '../text/tokens.ts'
import { AcronymCounter, type Acronyms } from './acronyms.ts'

/**
 * How the papers of an archive use words. It is measured once a night and stored, so that the preview, the search and
 * the emails of a day agree on what a query means. A word is represented by its key.
 */
export interface Usage {
  /** The number of papers measured. */
  papers: number
  /** The number of papers that contain a word; 0 if it is at most one. */
  papersWith(key: string): number
  /** The share of recent papers that contain all of the words, from 0 to 1. */
  shareWithAll(keys: readonly string[]): number
  acronyms: Acronyms
}

/** The data of a Usage, as stored. */
interface StoredUsage {
  papers: number
  recent: number
  words: string[]
  /** For each word, the number of papers with it. */
  counts: Uint32Array
  /** The recent papers with the word at i are those in `postings` from starts[i] to starts[i + 1]. */
  starts: Uint32Array
  postings: Uint16Array
  acronyms: Acronyms
}

const RECENT_DAYS = 60
/** Recent papers that are measured, spread evenly: a share of 0.3 % is then a dozen of them. */
const MAX_RECENT = 4096
/** Words of fewer papers are left out: most are misspelled. */
const MIN_PAPERS = 2

/** Measures papers, the newest first. */
export class UsageLearner implements Learner {
  readonly #acronyms = new AcronymCounter()
  /** For each word, the number of papers with it, and the places of the recent ones in their order. */
  readonly #words = new Map<string, { papers: number; recent: number[] }>()
  #newest: Day | null = null
  #papers = 0
  #recent = 0

  add({ title, abstract, firstDay }: LearnerPaper): void {
    this.#newest ??= firstDay
    this.#papers++
    const isRecent = firstDay > addDays(this.#newest, -RECENT_DAYS)
    this.#acronyms.read(abstract.text)
    const keys = new Set<string>()
    for (const { tokens } of [title, abstract])
      for (const { folded, key } of tokens) if (!isStopWord(folded)) keys.add(key)
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
    const kept = [...this.#words].filter(([, { papers }]) => papers >= MIN_PAPERS)
    const postings = kept.map(([, { recent }]) => sampled(recent))
    const starts = new Uint32Array(kept.length + 1)
    for (const [i, papers] of postings.entries()) starts[i + 1] = starts[i]! + papers.length
    const stored: StoredUsage = {
      papers: this.#papers,
      recent: Math.min(this.#recent, MAX_RECENT),
      words: kept.map(([key]) => key),
      counts: Uint32Array.from(kept, ([, { papers }]) => papers),
      starts,
      postings: Uint16Array.from(postings.flat()),
      acronyms: this.#acronyms.result(),
    }
    return new Uint8Array(gzipSync(serialize(stored)))
  }
}

export function decodeUsage(data: Uint8Array): Usage {
  const { papers, recent, words, counts, starts, postings, acronyms }: StoredUsage = deserialize(
    gunzipSync(data),
  )
  const numbers = new Map(words.map((key, i) => [key, i]))
  const recentWith = (key: string): Uint16Array => {
    const i = numbers.get(key)
    return i === undefined ? new Uint16Array() : postings.subarray(starts[i], starts[i + 1])
  }
  return {
    papers,
    acronyms,
    papersWith: (key) => counts[numbers.get(key) ?? -1] ?? 0,
    shareWithAll: (keys) => {
      const [first = new Uint16Array(), ...others] = [...new Set(keys)].map(recentWith)
      const sets = others.map((papers) => new Set(papers))
      return first.filter((paper) => sets.every((set) => set.has(paper))).length / Math.max(1, recent)
    },
  }
}

/** What is known without papers. */
export const NO_USAGE: Usage = {
  papers: 0,
  papersWith: () => 0,
  shareWithAll: () => 0,
  acronyms: { longForms: new Map(), acronyms: new Map() },
}
