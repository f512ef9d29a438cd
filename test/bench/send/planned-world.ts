import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { startEmbeddedPostgres } from '../../../src/core/database/embedded-postgres.ts'
import { applyMigrations } from '../../../src/core/database/migrations.ts'
import { addDays, type Day } from '../../../src/core/dates.ts'
import { buildDeps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { importPapers } from '../../../src/papers/import-papers.ts'
import { learnIfDue } from '../../../src/queries/learned/learn.ts'
import { runCliProcess } from '../../support/processes.ts'
import { recordedDay, recordedDays, seedPapers } from '../../support/recorded-days.ts'
import { asEntries, manyPapers, storePapers } from '../many-papers.ts'
import { peopleCsv } from './people.ts'
import { type Bench, type Measured, queryServer, runMeasured, urlOf } from './run-measured.ts'
import { startSink } from './sink-process.ts'

const PLANNED = 'daily_papers'
const UNPLANNED = 'unplanned'
const MIN_PAPERS = 20
/** As Hugging Face lists. */
const EARLIER_A_DAY = 30
/** Older papers are in no digest, as on a day on which everyone had the papers of the days before. */
const EARLIER_DAYS = -15

export interface PlannedWorld extends Bench {
  day: Day
  papers: number
  importSeconds: number
  plan: Measured
  /** The instant at which everyone is due. */
  now: string
  /** A database as it is when planning has just ended, or before it; it is the caller's to drop. */
  copy(name: string, isPlanned?: boolean): Promise<string>
  drop(name: string): Promise<void>
  close(): Promise<void>
}

interface Options {
  subscribers: number
  /** Recombined from recorded ones; a real day if not given. */
  papers?: number
  /** How many papers of earlier days are in the archive; what is learned is learned from them. */
  earlier?: number
  /** Whether everyone wants papers that come close. Without earlier papers, nothing does. */
  close?: boolean
  profile?: string
}

/** A database with people whom the operator's command imported, a day of papers, and everyone's digest planned. */
export async function planWorld(options: Options): Promise<PlannedWorld> {
  const { subscribers, papers, earlier = 0, close: wantsClose = true, profile } = options
  const folder = mkdtempSync(join(tmpdir(), 'bench-send-'))
  const postgres = await startEmbeddedPostgres(join(folder, 'postgres'))
  const sink = await startSink()
  const bench: Bench = { folder, postgres, sink }
  const close = async () => {
    await sink.stop()
    await postgres.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const { day, entries } = papersOfDay(papers)
    await applyMigrations(postgres.url)
    if (earlier > 0)
      await storeEarlier(postgres.url, {
        count: earlier,
        perDay: EARLIER_A_DAY,
        lastDay: addDays(day, EARLIER_DAYS),
      })
    const importSeconds = await importPeople(bench, subscribers, addDays(day, -1))
    if (!wantsClose) await queryServer(postgres.url, 'update subscriber set related = false')
    await storeDay(postgres.url, day, entries)
    // People were here before this day; a server that runs has statistics of them.
    await queryServer(postgres.url, 'vacuum analyze')
    const server = urlOf(postgres.url, 'postgres')
    const copy = (from: string, to: string) =>
      queryServer(server, `create database "${to}" template "${from}"`)
    await copy(PLANNED, UNPLANNED)
    const now = `${day}T08:00:00Z`
    const plan = await runMeasured(bench, {
      ...{ file: 'plan.ts', database: PLANNED, profile },
      input: { settings: { DATABASE_URL: postgres.url }, now, isWarm: earlier > 0 },
    })
    // Later days find statistics of the tables that the first day fills.
    await queryServer(postgres.url, 'analyze')
    return {
      ...{ ...bench, close, day, papers: entries.length, importSeconds, plan, now },
      copy: async (name, isPlanned = true) => {
        await copy(isPlanned ? PLANNED : UNPLANNED, name)
        return urlOf(postgres.url, name)
      },
      drop: async (name) => void (await queryServer(server, `drop database "${name}" with (force)`)),
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The newest recorded day with enough papers; else those of the demo. */
function papersOfDay(count?: number): { day: Day; entries: unknown[] } {
  const days = recordedDays('daily').map((day) => ({ day, entries: recordedDay('daily', day) }))
  const full = days.findLast(({ entries }) => entries.length >= MIN_PAPERS)
  const day = (full ?? days.at(-1)!).day
  if (count === undefined) return { day, entries: full?.entries ?? seedPapers() }
  return { day, entries: asEntries(manyPapers({ count, perDay: count, lastDay: day })) }
}

/** Papers of earlier days, and what a service learns from them. */
async function storeEarlier(url: string, options: Parameters<typeof manyPapers>[0]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await storePapers(client, manyPapers(options)).finally(() => client.end())
  const clock = stoppedClock(new Date(`${options.lastDay}T23:00:00Z`))
  const { deps, close } = await buildDeps(readConfig({ DATABASE_URL: url }), { log: silentLog, clock })
  await learnIfDue(deps).finally(close)
}

async function importPeople({ folder, postgres }: Bench, count: number, day: Day): Promise<number> {
  const file = join(folder, 'people.csv')
  await pipeline(Readable.from(peopleCsv(count)), createWriteStream(file))
  const settings = { DATABASE_URL: postgres.url, CLOCK_NOW: `${day}T12:00:00Z` }
  const { code, stdout, stderr } = await runCliProcess(['subscribers', 'import', file, '--json'], settings)
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout).seconds
}

async function storeDay(url: string, day: Day, entries: unknown[]): Promise<void> {
  const clock = stoppedClock(new Date(`${day}T07:00:00Z`))
  const { deps, close } = await buildDeps(readConfig({ DATABASE_URL: url }), { log: silentLog, clock })
  await importPapers(deps, { text: JSON.stringify(entries), day }).finally(close)
}
