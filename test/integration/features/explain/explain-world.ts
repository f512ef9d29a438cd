import { afterEach, beforeEach } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { type Config, readConfig } from '../../../../src/config/config.ts'
import { stoppedClock } from '../../../../src/core/clock.ts'
import type { Database } from '../../../../src/core/database/database.ts'
import type { Day } from '../../../../src/core/dates.ts'
import type { Deps } from '../../../../src/core/deps.ts'
import { silentLog } from '../../../../src/core/log.ts'
import { planDigests } from '../../../../src/digests/plan-digests.ts'
import { type Explanation, explainSubscriber } from '../../../../src/features/explain/explain-subscriber.ts'
import { FEATURES } from '../../../../src/features/index.ts'
import { runDigests } from '../../../../src/operator/operations/digests.ts'
import { recordListings } from '../../../../src/papers/listing.repo.ts'
import { recordSuccessfulFetch } from '../../../../src/sources/source-day.repo.ts'
import type { TypedSignup } from '../../../../src/subscribers/read-signup.ts'
import { emptyTables, useDatabase } from '../../../support/database.ts'
import { type SinkOptions, type SmtpSink, startSmtpSink } from '../../../support/smtp-sink.ts'

export const EMAIL = 'anna@lab.example'

export interface ExplainWorld {
  readonly db: Database
  /** At the clock's now. */
  readonly deps: Deps
  at(instant: string): ExplainWorld
  /** Settings besides the mail server's. */
  set(settings: Record<string, string>): void
  /** Adds a subscriber with consent on paper, due at 8 in Paris on weekdays, with one topic. */
  add(typed?: Partial<TypedSignup>): Promise<void>
  /** Papers that Hugging Face lists on a day, by title, and a good fetch of it, now. */
  papers(day: Day, titles: string[], votes?: number): Promise<void>
  plan(): Promise<void>
  /** Plans the digests that are due, and sends what is ready to a real server, which replies as `answers` says. */
  run(answers?: SinkOptions['at']): Promise<void>
  explain(date?: Day): Promise<Explanation>
}

/** A new database with a clock that is moved, and an SMTP server. */
export function useExplainWorld(): ExplainWorld {
  const database = useDatabase()
  const clock = stoppedClock(new Date(0))
  let settings: Record<string, string> = {}
  let sink: SmtpSink
  let config: Config
  const configure = () => {
    config = readConfig({ SMTP_URL: `smtp://127.0.0.1:${sink.port}?connections=1`, ...settings })
  }
  beforeEach(async () => {
    settings = {}
    sink = await startSmtpSink()
    configure()
    await emptyTables(database.db)
  })
  afterEach(() => sink.close())
  const world: ExplainWorld = {
    get db() {
      return database.db
    },
    get deps() {
      return { config, clock, features: FEATURES, log: silentLog, db: database.db, databaseUrl: database.url }
    },
    at: (instant) => {
      clock.moveTo(new Date(instant))
      return world
    },
    set: (more) => {
      settings = { ...settings, ...more }
      configure()
    },
    add: async (typed) => {
      const topics = ['linear attention']
      await addSubscriber(world.deps, {
        email: EMAIL,
        topics,
        zone: 'Europe/Paris',
        consent: 'on paper',
        ...typed,
      })
    },
    papers: (day, titles, votes) => addPapers(world.deps, day, titles, votes ?? 0),
    plan: async () => void (await planDigests(world.deps)),
    run: async (answers = {}) => {
      sink.at = answers
      await runDigests(world.deps, {})
    },
    explain: (date) => explainSubscriber(world.deps, { email: EMAIL, date }),
  }
  return world
}

async function addPapers({ db, clock }: Deps, day: Day, titles: string[], votes: number): Promise<void> {
  const records = titles.map((title) => ({
    keys: [],
    title,
    abstract: `We look at it from all sides. This is about ${title}.`,
    authors: ['A. Author'],
    categories: [],
    keywords: [],
    votes,
  }))
  const now = clock.now()
  const { listed } = await recordListings(db, { source: 'huggingface', day, records, now })
  await recordSuccessfulFetch(db, { source: 'huggingface', day, papers: listed, now })
}
