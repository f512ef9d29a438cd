import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { testData } from '../../support/test-data.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'

// Days of Hugging Face as they went on: what an answer holds at each instant, from recorded answers of one instant.

const FOLDER = testData('huggingface')
const HOUR_MS = 3600 * 1000
const DAY_MS = 24 * HOUR_MS

export interface HfEntry {
  paper: {
    id: string
    title: string
    summary: string
    authors?: { name: string }[]
    upvotes?: number
    publishedAt?: string
    submittedOnDailyAt?: string
    ai_summary?: string
    withdrawnAt?: string
  }
}

export interface HfPaper {
  id: string
  day: string
  /** When the day's list first holds it. */
  visibleAt: number
  /** When its summary is there. */
  summarisedAt: number
  entry: HfEntry
}

export type HfDays = Map<string, HfPaper[]>

/** The recorded days that begin with "2025-07", or all; undefined if TEST_DATA has no recordings. */
export function hfDays(prefix = ''): HfDays | undefined {
  if (!FOLDER) return undefined
  const names = readdirSync(join(FOLDER, 'daily')).filter((name) => name.startsWith(prefix))
  return new Map(names.sort().map((name) => [name.slice(0, 10), papersOf(name.slice(0, 10))]))
}

export const readDay = (folder: 'daily' | 'later-same-day', day: string): HfEntry[] =>
  JSON.parse(readFileSync(join(FOLDER!, folder, `${day}.json`), 'utf8'))

/** The later responses of the same day, if one was recorded. */
export const laterDays = (): string[] =>
  readdirSync(join(FOLDER!, 'later-same-day')).map((name) => name.slice(0, 10))

/** A morning's answer holds a median 72 % of the afternoon's. */
const MORNING_SHARE = 0.72
const MORNING = { from: 0.5 * HOUR_MS, to: 5.5 * HOUR_MS }
const REST_OF_DAY = { from: 5.5 * HOUR_MS, to: 16 * HOUR_MS }

function papersOf(day: string): HfPaper[] {
  const random = chanceOfRow().random(Number(day.replaceAll('-', '')))
  const begins = Date.parse(`${day}T00:00:00Z`)
  return readDay('daily', day).map((entry) => {
    const visibleAt = submittedAt(entry, day) ?? begins + grown(random)
    const summarisedAt = visibleAt + random() * DAY_MS
    return { id: entry.paper.id, day, visibleAt, summarisedAt, entry }
  })
}

function grown(random: () => number): number {
  const { from, to } = random() < MORNING_SHARE ? MORNING : REST_OF_DAY
  return from + random() * (to - from)
}

/** Undefined if the recording has only midnight, or nothing. */
function submittedAt({ paper }: HfEntry, day: string): number | undefined {
  const { submittedOnDailyAt: at } = paper
  return at?.startsWith(day) && !at.endsWith('T00:00:00.000Z') ? Date.parse(at) : undefined
}

/** Votes grow towards what was recorded, two thirds of the way in the first three days. */
const VOTES_TAKE_MS = 3 * DAY_MS

export function votesAt({ entry, visibleAt }: HfPaper, now: number): number {
  const share = 1 - Math.exp(-Math.max(0, now - visibleAt) / VOTES_TAKE_MS)
  return Math.floor((entry.paper.upvotes ?? 0) * Math.min(1, share * 1.05))
}

/** What the service answers of a day at an instant. */
export function entriesAt(papers: readonly HfPaper[], now: number): HfEntry[] {
  return papers
    .filter(({ visibleAt }) => visibleAt <= now)
    .map((paper) => {
      const { ai_summary, ...rest } = paper.entry.paper
      const summary = ai_summary && paper.summarisedAt <= now ? { ai_summary } : {}
      return { ...paper.entry, paper: { ...rest, ...summary, upvotes: votesAt(paper, now) } }
    })
}
