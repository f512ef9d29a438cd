import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { addDays, type Day, weekdayOf } from '../../../src/core/dates.ts'
import type { ArxivPaper } from '../../support/arxiv-responses.ts'
import { testData } from '../../support/test-data.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import { type HfDays, type HfPaper, hfDays } from './hf-days.ts'

// A month of two services: Hugging Face as recorded, and the arXiv announcements that its papers had come from, with others
// of recorded arXiv days between them and newer versions of old ones.

const PAPERS = testData('papers')
export const CATEGORIES = ['cs.CL', 'cs.AI'] as const
const OTHERS_A_DAY = 8
const NEWER_VERSIONS_A_DAY = 5
const DAYS_BETWEEN_VERSIONS = 3
/** A paper is announced so many days before it is featured: most some days, some on the day, few after it. */
const DAYS_BEFORE = [3, 2, 2, 1, 1, 1, 1, 1, 0, -1]

export interface Month {
  first: Day
  last: Day
  hf: HfDays
  /** By the day of the feed. */
  arxiv: Record<Day, ArxivPaper[]>
}

/** Undefined if TEST_DATA has no recordings. */
export function monthOf(prefix: string, [first, last]: [first: Day, last: Day]): Month | undefined {
  const recorded = hfDays(prefix)
  if (!recorded || !PAPERS) return undefined
  const hf = new Map([...recorded].filter(([day]) => day >= first && day <= last))
  return { first, last, hf, arxiv: announcements(hf, { first, last }) }
}

function announcements(hf: HfDays, { first, last }: { first: Day; last: Day }): Month['arxiv'] {
  const random = chanceOfRow().random()
  const featured = [...hf.values()].flat()
  const known = new Set(featured.map(({ id }) => id))
  const others = recordedPapers().filter(({ id }) => !known.has(id))
  const arxiv: Month['arxiv'] = {}
  let given = 0
  for (let day = first; day <= last; day = addDays(day, 1)) if (isFeedDay(day)) arxiv[day] = []
  const add = (day: Day, paper: ArxivPaper) => arxiv[day]?.push(paper)
  for (const paper of distinct(featured))
    add(feedDayBefore(paper.day, pick(random, DAYS_BEFORE)), announced(random, paper))
  for (const day of Object.keys(arxiv)) {
    for (const other of others.splice(0, OTHERS_A_DAY))
      add(day, {
        ...other,
        id: idOf(day, ++given),
        categories: categoriesOf(random),
        created: addDays(day, -1),
      })
    for (const newer of newerVersions(random, { arxiv, day, others })) add(day, newer)
  }
  return arxiv
}

/** Of the month in which it is announced, as arXiv gives them: "2608.90001". */
const idOf = (day: Day, n: number): string => `${day.slice(2, 4)}${day.slice(5, 7)}.${90_000 + n}`

/** The same number of another month: an id is never of an earlier month than its first version. */
const ofMonth = (day: Day, id: string): string => `${day.slice(2, 4)}${day.slice(5, 7)}.${id.split('.')[1]}`

interface Before {
  arxiv: Month['arxiv']
  day: Day
}

/** Newer versions of unknown papers, of one that was announced some days ago, and once more of some of both. */
function newerVersions(
  random: () => number,
  { others, ...before }: Before & { others: ArxivPaper[] },
): ArxivPaper[] {
  const { day } = before
  const old = others.splice(0, NEWER_VERSIONS_A_DAY - 1).map((paper) => ({
    ...paper,
    id: ofMonth(addDays(day, -60), paper.id),
    categories: categoriesOf(random),
  }))
  const known = historiesBefore(before)
  const once = known.filter(({ revised }) => revised.length === 1)
  const first = [...old, ...anyOf(random, known.filter(isUnrevised))].map((paper) => ({
    ...paper,
    version: 2 + Math.floor(random() * 2),
  }))
  const again = [once.filter(({ isSeen }) => isSeen), once.filter(({ isSeen }) => !isSeen)]
    .flatMap((some) => anyOf(random, some))
    .map((paper) => ({ ...paper, version: paper.version! + 1 }))
  return [...first, ...again].map((paper) => ({
    ...paper,
    created: addDays(day, -1),
    published: addDays(day, -60),
  }))
}

interface History {
  /** Whether its first version was announced in this month. */
  isSeen: boolean
  revised: ArxivPaper[]
  last: ArxivPaper
}

const isUnrevised = ({ revised }: History): boolean => revised.length === 0

/** Of papers of which nothing was announced in the last days. */
function historiesBefore({ arxiv, day }: Before): History[] {
  const all = Object.entries(arxiv).flatMap(([on, papers]) => papers.map((paper) => ({ on, paper })))
  const histories = [...Map.groupBy(all, ({ paper }) => paper.id).values()]
  return histories
    .filter((one) => one.every(({ on }) => on <= addDays(day, -DAYS_BETWEEN_VERSIONS)))
    .map((one) => ({
      isSeen: one.some(({ paper }) => !paper.version),
      revised: one.flatMap(({ paper }) => (paper.version ? [paper] : [])),
      last: one.toSorted((a, b) => a.on.localeCompare(b.on)).at(-1)!.paper,
    }))
}

/** One of them, where there is any. */
const anyOf = (random: () => number, histories: readonly History[]): ArxivPaper[] =>
  histories.length > 0 ? [pick(random, histories).last] : []

const announced = (random: () => number, { id, day, entry: { paper } }: HfPaper): ArxivPaper => ({
  id,
  title: paper.title,
  abstract: paper.summary,
  authors: (paper.authors ?? []).map(({ name }) => name),
  categories: categoriesOf(random),
  created: addDays(day, -4),
})

/** One of the two sections is primary, or the paper has both, or it is cross-listed from another section. */
const categoriesOf = (random: () => number): string[] =>
  pick(random, [
    ['cs.CL'],
    ['cs.AI'],
    ['cs.CL', 'cs.AI'],
    ['cs.AI', 'cs.CL'],
    ['cs.RO', 'cs.AI'],
    ['stat.ML', 'cs.CL'],
  ])

const pick = <T>(random: () => number, items: readonly T[]): T => items[Math.floor(random() * items.length)]!

const distinct = (papers: readonly HfPaper[]): HfPaper[] => [
  ...new Map(papers.map((one) => [one.id, one])).values(),
]

export const isFeedDay = (day: Day): boolean => !['sat', 'sun'].includes(weekdayOf(day))

function feedDayBefore(day: Day, days: number): Day {
  let feed = addDays(day, -days)
  while (!isFeedDay(feed)) feed = addDays(feed, days < 0 ? 1 : -1)
  return feed
}

interface RecordedPaper {
  id?: string
  arxiv_id?: string
  title: string
  authors: string[]
  summary?: string
  abstract?: string
}

/** Papers of recorded arXiv days, each once. */
function recordedPapers(): ArxivPaper[] {
  const rows = readdirSync(PAPERS!).sort().flatMap(rowsIn)
  const papers = rows.map(({ id, arxiv_id, title, authors, summary, abstract }) => ({
    id: id ?? arxiv_id!,
    title,
    abstract: abstract ?? summary ?? '',
    authors,
    categories: [],
    created: '2025-06-01',
  }))
  return [...new Map(papers.map((paper) => [paper.id, paper])).values()]
}

function rowsIn(name: string): RecordedPaper[] {
  const text = gunzipSync(readFileSync(join(PAPERS!, name))).toString()
  if (!name.endsWith('.jsonl.gz')) return JSON.parse(text).papers
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}
