import { afterAll, beforeAll, beforeEach } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import { type MovableClock, stoppedClock } from '../../src/core/clock.ts'
import type { Deps } from '../../src/core/deps.ts'
import { type Log, type LogEvent, type LogFields, silentLog } from '../../src/core/log.ts'
import { FEATURES } from '../../src/features/index.ts'
import { type IngestDayInput, ingestDay, ingestDue } from '../../src/papers/ingest.ts'
import { sourceDaysBetween } from '../../src/sources/source-day.repo.ts'
import { emptyTables, useDatabase } from './database.ts'
import { type HuggingFaceServer, startHuggingFaceServer } from './hugging-face-server.ts'
import { recordings } from './recorded-days.ts'

/** The day on which it begins, at seven in the morning. */
export const DAY = '2026-08-14'

/** An empty database, and Hugging Face with the recorded days, before each test. */
export function useHuggingFace() {
  const database = useDatabase()
  const folder = `${recordings}/daily`
  let server: HuggingFaceServer
  let deps: Deps
  let clock: MovableClock
  let logged: [LogEvent, LogFields?][]

  beforeAll(async () => {
    server = await startHuggingFaceServer({ folder })
  })
  afterAll(() => server.close())
  beforeEach(async () => {
    await emptyTables(database.db)
    server.requests.length = 0
    server.troubles.length = 0
    server.serve(folder)
    logged = []
    const note = (event: LogEvent, fields?: LogFields) => void logged.push([event, fields])
    const log: Log = { ...silentLog, info: note, warn: note, error: note }
    const config = readConfig({
      DATABASE_URL: database.url,
      HF_URL: server.url,
      BASE_URL: 'http://papers.example',
    })
    clock = stoppedClock(new Date(`${DAY}T07:00:00Z`))
    deps = { config, features: FEATURES, clock, log, db: database.db, databaseUrl: database.url }
  })

  const wait = async () => {}
  return {
    get db() {
      return database.db
    },
    get server() {
      return server
    },
    get deps() {
      return deps
    },
    get logged() {
      return logged
    },
    moveTo: (time: string) => clock.moveTo(new Date(time)),
    /** That day, without waiting. */
    ingest: (more: Partial<IngestDayInput> = {}) =>
      ingestDay(deps, { source: 'huggingface', day: DAY, wait, ...more }),
    due: () => ingestDue(deps, { wait }),
    sourceDays: () => sourceDaysBetween(database.db, { from: '2026-07-01', to: '2026-08-31' }),
  }
}
