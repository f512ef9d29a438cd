import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { buildDeps } from '../../../src/core/deps.ts'
import { migrateDatabase } from '../../../src/operator/operations/database.ts'
import type { Paper } from '../../../src/papers/paper.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import { evaluate } from '../../../src/queries/matching/evaluate.ts'
import { toPaperText } from '../../../src/queries/text/tokens.ts'
import { testData } from '../../support/test-data.ts'
import type { RecordedPaper, Subscriber } from './oracle.ts'

const FILTERS =
  testData('filters/filters.jsonl') ?? resolve(import.meta.dirname, '../../fixtures/filters/filters.jsonl')
const EACH = 100

const ZONES = [
  'UTC',
  'Europe/Paris',
  'America/New_York',
  'America/Los_Angeles',
  'Asia/Tokyo',
  'Asia/Kolkata',
  'Australia/Sydney',
  'Pacific/Auckland',
]
const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const BROAD = [
  'language model',
  'learning',
  'agent OR reasoning',
  'video',
  'diffusion',
  'model NOT survey',
  'data votes>=5',
]

/** 100 without a topic, 100 with a broad one, 100 with real filters of readers. */
export function monthSubscribers(): Subscriber[] {
  const typed = typedQueries()
  return Array.from({ length: 3 * EACH }, (_, n) => ({
    address: `subscriber-${n}@month.example`,
    zone: ZONES[n % ZONES.length]!,
    hour: (n * 7) % 24,
    days: n % 10 === 9 ? ['wed'] : n % 5 === 0 ? WEEK : WEEK.slice(0, 5),
    max: [15, 5, 25][n % 3]!,
    queries: queriesOf(n, typed),
  }))
}

function queriesOf(n: number, typed: string[]): string[] {
  if (n < EACH) return []
  if (n < 2 * EACH) return [BROAD[n % BROAD.length]!]
  return [...new Set([typed[(n * 13) % typed.length]!, ...(n % 2 ? [typed[(n * 29) % typed.length]!] : [])])]
}

function typedQueries(): string[] {
  const rows = readFileSync(FILTERS, 'utf8').trim().split('\n')
  return rows.map((row) => (JSON.parse(row) as { text: string }).text).filter(isOneTopic)
}

// A comma or a new line would split one row into several topics, which the oracle reads as one query.
function isOneTopic(query: string): boolean {
  if (/[,;，；、\n]/.test(query)) return false
  try {
    parseQuery(query)
    return true
  } catch {
    return false
  }
}

export async function addSubscribers(
  settings: Record<string, string>,
  subscribers: Subscriber[],
  at: Date,
): Promise<void> {
  const { deps, close } = await buildDeps(readConfig(settings), { clock: stoppedClock(at) })
  try {
    await migrateDatabase(deps)
    for (const { address, zone, hour, days, max, queries } of subscribers) {
      await addSubscriber(deps, {
        email: address,
        topics: queries,
        zone,
        hour: String(hour),
        days,
        max: String(max),
        consent: 'test of a month',
      })
    }
  } finally {
    await close()
  }
}

/** Whether a query matches a paper of the API's responses. */
export function matcherOver(papers: RecordedPaper[]): (query: string, paper: RecordedPaper) => boolean {
  const texts = new Map(papers.map((paper, i) => [paper, toPaperText(readable(paper, i))]))
  const matched = new Map<string, Set<RecordedPaper>>()
  const matchedBy = (query: string) => {
    const tree = parseQuery(query)
    return new Set(papers.filter((paper) => evaluate(tree, texts.get(paper)!) !== null))
  }
  return (query, paper) => {
    const found = matched.get(query) ?? matchedBy(query)
    matched.set(query, found)
    return found.has(paper)
  }
}

function readable({ record: { paper, organization }, votes }: RecordedPaper, id: number): Paper {
  const { fullname, name } = paper.organization ?? organization ?? {}
  return {
    id,
    title: paper.title,
    abstract: paper.summary,
    authors: (paper.authors ?? []).filter(({ hidden }) => !hidden).map((author) => author.name),
    categories: [],
    keywords: paper.ai_keywords ?? [],
    organization: fullname ?? name ?? null,
    codeUrl: paper.githubRepo ?? null,
    codeStars: null,
    projectUrl: null,
    summary: null,
    publishedAt: null,
    arxivId: paper.id,
    doi: null,
    firstDay: '2025-07-01',
    onlyRevised: false,
    revisedDay: null,
    votes,
    comments: null,
  }
}
