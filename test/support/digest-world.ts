import { beforeEach } from 'vitest'
import { type Config, readConfig } from '../../src/config/config.ts'
import { stoppedClock } from '../../src/core/clock.ts'
import type { Database, OpenDatabase } from '../../src/core/database/database.ts'
import { type Day, dayOf, midnight } from '../../src/core/dates.ts'
import type { Deps } from '../../src/core/deps.ts'
import { openLog } from '../../src/core/log.ts'
import type { DigestContent } from '../../src/digests/digest-content.ts'
import { type PlanResult, planDigests } from '../../src/digests/plan-digests.ts'
import { openStoredContents } from '../../src/digests/stored-content.repo.ts'
import { FEATURES } from '../../src/features/index.ts'
import type { MessageState } from '../../src/mail/message.ts'
import { recordListings } from '../../src/papers/listing.repo.ts'
import { parseTopic } from '../../src/subscribers/read-signup.ts'
import { type SubscriberState, startDateOf } from '../../src/subscribers/subscriber.ts'
import { setTopics } from '../../src/subscribers/topic.repo.ts'
import { emptyTables, useDatabase } from './database.ts'

export interface SubscriberOptions {
  topics?: string[]
  zone?: string
  hour?: number
  days?: string[]
  max?: number
  confirmedAt?: string
  state?: SubscriberState
  pausedUntil?: Day
}

export interface DigestSeen {
  outcome: string
  fromPaper: number | null
  toPaper: number | null
  bestDay: Day | null
  /** Titles of the papers shown, in order. */
  titles: string[]
  matched: number
  content: DigestContent | null
  /** State of the digest's message, if it has one. */
  state: MessageState | null
}

export interface DigestWorld {
  readonly db: OpenDatabase['db']
  readonly deps: Deps
  readonly config: Config
  /** Every line that was logged in this test. */
  readonly logged: { level: string; event: string; [field: string]: unknown }[]
  /** Adds a subscriber who confirmed on 23 November 2026 at 9; by default due every day at 8 UTC. */
  addSubscriber(id: string, options?: SubscriberOptions): Promise<void>
  /** Papers that Hugging Face listed on a day; a number is the first one's votes, the others have one less each. */
  addPapers(day: Day, titles: string[], votes?: number): Promise<void>
  /** What planDigests does at an instant. */
  plan(now: string, date?: Day): Promise<PlanResult>
  /** Date → digest, for one subscriber, oldest first. */
  digestsOf(subscriberId: string): Promise<Record<Day, DigestSeen>>
  /** What becomes of the message of a digest. */
  end(subscriberId: string, date: Day, state: MessageState): Promise<void>
}

const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const CONFIRMED = '2026-11-23T09:00:00Z'

/** A database of its own, emptied before each test, with few words for what digests are made of. */
export function useDigestWorld(): DigestWorld {
  const database = useDatabase()
  const config = readConfig({})
  const logged: DigestWorld['logged'] = []
  const log = openLog('info', { write: (line) => void logged.push(JSON.parse(line)) })
  beforeEach(async () => {
    logged.length = 0
    await emptyTables(database.db)
  })
  const depsAt = (now: string): Deps => ({
    config,
    features: FEATURES,
    log,
    clock: stoppedClock(new Date(now)),
    db: database.db,
    databaseUrl: database.url,
  })
  return {
    get db() {
      return database.db
    },
    get deps() {
      return depsAt(CONFIRMED)
    },
    config,
    logged,
    addSubscriber: (id, options) => addSubscriber(database.db, id, options ?? {}),
    addPapers: (day, titles, votes) => addPapers(database.db, day, titles, votes ?? 0),
    plan: (now, date) => planDigests(depsAt(now), { date }),
    digestsOf: (subscriberId) => digestsOf(database.db, subscriberId),
    end: async (subscriberId, date, state) => {
      await database.db.message.updateMany({
        where: { kind: 'digest', dedupe: `${subscriberId}:${date}` },
        data: { state, reason: ['gave_up', 'skipped', 'refused'].includes(state) ? 'test' : null },
      })
    },
  }
}

async function addSubscriber(db: Database, id: string, options: SubscriberOptions): Promise<void> {
  const { zone = 'UTC', hour = 8, days = EVERY_DAY, max = 15, state = 'active' } = options
  const confirmedAt = new Date(options.confirmedAt ?? CONFIRMED)
  await db.subscriber.create({
    data: {
      id,
      address: `${id}@reader.example`,
      addressKey: `${id}@reader.example`,
      addressHash: id,
      state,
      zone,
      hour,
      days,
      maxPapers: max,
      createdAt: confirmedAt,
      confirmedAt,
      startDate: midnight(startDateOf(confirmedAt, { zone, hour, days: [] })),
      pausedUntil: options.pausedUntil ? midnight(options.pausedUntil) : null,
    },
  })
  const topics = (options.topics ?? []).map(parseTopic)
  await setTopics(db, { subscriberId: id, topics })
}

async function addPapers(db: Database, day: Day, titles: string[], votes: number): Promise<void> {
  const records = titles.map((title, i) => ({
    keys: [],
    title,
    abstract: `We look at it from all sides. This is about ${title}.`,
    authors: ['A. Author'],
    categories: [],
    keywords: [],
    votes: Math.max(0, votes - i),
  }))
  await recordListings(db, { source: 'huggingface', day, records, now: midnight(day) })
}

async function digestsOf(db: Database, subscriberId: string): Promise<Record<Day, DigestSeen>> {
  const rows = await db.digest.findMany({
    where: { subscriberId },
    include: { message: true },
    orderBy: { localDate: 'asc' },
  })
  const contents = await openStoredContents(
    db,
    rows.map(({ content }) => content),
  )
  const papers = await db.paper.findMany({ select: { id: true, title: true } })
  const titleOf = (id: number) => papers.find((paper) => paper.id === id)?.title ?? `gone ${id}`
  return Object.fromEntries(
    rows.map((row, i) => [
      dayOf(row.localDate),
      {
        outcome: row.outcome,
        fromPaper: row.fromPaper,
        toPaper: row.toPaper,
        bestDay: row.bestDay && dayOf(row.bestDay),
        titles: row.papers.map(titleOf),
        matched: row.matched,
        content: contents[i]!,
        state: row.message?.state ?? null,
      },
    ]),
  )
}
