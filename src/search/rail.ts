import { hash } from 'node:crypto'
import type { Database } from '../core/database/database.ts'
import { addDays, type Day, daysIn } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { LruCache } from '../core/lru-cache.ts'
import { memoizeByObject } from '../core/memoize.ts'
import { type DayCount, summaryOfRange } from '../papers/listed.repo.ts'
import { newestState, papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { type CommonPhrase, commonPhrases } from '../queries/ranking/common-phrases.ts'
import { toPaperText } from '../queries/text/tokens.ts'
import { forVisitorIfFree, type Searcher } from './for-visitor.ts'
import { inSearchThread } from './in-search-thread.ts'
import { type Span, weekUpTo } from './spans.ts'

const RAIL_DAYS = 30
const MAX_PHRASES = 6
/** Fewer rows say nothing about a list. */
const MIN_PHRASES = 3
/** A month has some 450 papers. */
const MAX_READ = 600
const MAX_TOP_PAPERS = 3
/** Lists whose phrases are kept, some 500 bytes each. */
const MAX_CACHED = 1000
/** A list does not wait longer for its phrases: they are found meanwhile, and the next page has them. */
const MAX_PHRASES_MS = 400

/** What a page shows beside a list of papers. */
export interface Rail {
  /** The 30 days up to the last one of the list; 0 for days without papers. */
  days: DayCount[]
  /** The phrases that most papers of the whole list share; null if the search for them is refused for now. */
  phrases: CommonPhrase[] | null
  /** The papers with the most votes of a week; empty beside the list of a week, which begins with them. */
  topOfWeek: { from: Day; to: Day; papers: Paper[] }
}

interface ListBesideRail extends Pick<Span, 'from' | 'to'> {
  unit?: Span['unit']
  today: Day
  /** The papers of the list, if they are not those of its days. */
  ids?: readonly number[]
}

/** What is beside a list. A month that is not over ends today. */
export async function railOf(deps: Deps, searcher: Searcher, list: ListBesideRail): Promise<Rail> {
  const { db } = deps
  const { from, unit, today } = list
  const to = from <= today && today < list.to ? today : list.to
  const firstOf30 = addDays(to, 1 - RAIL_DAYS)
  const isLong = from < firstOf30
  const daysFrom = isLong ? from : firstOf30
  const topFrom = weekUpTo(to).from
  // Read before the papers: after a change meanwhile, no request looks up this state again.
  const state = await newestState(db)
  const { days, ids, top } = await summaryOfRange(db, {
    from,
    to,
    daysFrom,
    topFrom,
    most: list.ids ? 0 : MAX_READ,
    top: unit === 'week' ? 0 : MAX_TOP_PAPERS,
  })
  const counts = new Map(days.map(({ day, papers }) => [day, papers]))
  const [topPapers, phrases] = await Promise.all([
    papersById(db, top, { withWithdrawn: false }),
    phrasesFor(deps, searcher, { ids: list.ids ?? ids, state }),
  ])
  return {
    days: daysIn({ from: daysFrom, to }).map((day) => ({ day, papers: counts.get(day) ?? 0 })),
    phrases,
    topOfWeek: { from: topFrom, to, papers: topPapers.filter(({ votes }) => votes !== null) },
  }
}

interface PapersInState {
  ids: readonly number[]
  /** From `newestState`. */
  state: string
}

/** Those found before cost the visitor no permit. Null if the search is refused for now. */
async function phrasesFor(
  deps: Deps,
  searcher: Searcher,
  asked: PapersInState,
): Promise<CommonPhrase[] | null> {
  if (asked.ids.length === 0) return []
  const cache = cacheOf(deps.db)
  const key = keyOf(asked)
  const known = cache.get(key)
  if (known) return known
  const search = async (deps: Deps) => cache.set(key, await phrasesOfPapers(deps, asked))
  return forVisitorIfFree(deps, searcher, null, search, MAX_PHRASES_MS)
}

/** The phrases that papers share; none if they share only a few. */
const phrasesOfPapers = inSearchThread(import.meta.url, 'phrasesOfPapers', findPhrases)

async function findPhrases({ db }: Deps, asked: PapersInState): Promise<CommonPhrase[]> {
  const cache = cacheOf(db)
  const key = keyOf(asked)
  // Another page may have asked for them while this job waited.
  const known = cache.get(key)
  if (known) return known
  const papers = await papersById(db, asked.ids, { withWithdrawn: false })
  const texts = papers.map((paper) => toPaperText(paper))
  const phrases = await commonPhrases(texts, MAX_PHRASES)
  return cache.set(key, phrases.length < MIN_PHRASES ? [] : phrases)
}

/** Of this thread. */
const cacheOf = memoizeByObject((_db: Database) => new LruCache<string, CommonPhrase[]>(MAX_CACHED))

const keyOf = ({ ids, state }: PapersInState): string => `${state} ${hash('md5', ids.join(), 'base64')}`
