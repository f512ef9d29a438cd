import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Config, readConfig } from '../../src/config.ts'
import { nextDueOfAnybody } from '../../src/flows/digests/next-due.ts'
import { planDigests } from '../../src/flows/digests/plan-digests.ts'
import { deliverReady } from '../../src/flows/messages/deliver.ts'
import { ingestDue } from '../../src/flows/papers/ingest-due.ts'
import { clockFrom, type MovableClock, systemClock } from '../../src/platform/clock.ts'
import { addDays, type Day, dayOf } from '../../src/platform/dates.ts'
import {
  freePort,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/platform/embedded-postgres.ts'
import { openLog } from '../../src/platform/log.ts'
import { type Service, startService } from '../../src/service.ts'
import { type Mailbox, startMailbox } from './mailbox.ts'
import { DAYS_TO_COME } from './sample-papers.ts'
import { type SampleSource, startSampleSource } from './sample-source.ts'

/** The demo's days begin at this hour (UTC): papers are there, digests are not due yet. */
const MORNING_HOUR = 7
/** Names the demo that is running in a folder. */
const RUNNING = 'running.json'
/** An empty day is asked again after an hour. */
const ASKED_AGAIN_MS = 3600_000

export interface DemoOptions {
  /** Everything that the demo keeps lies here. */
  folder: string
  port?: number
  /** Begin before today's papers have come. */
  beforeTodaysPapers?: boolean
}

export interface Demo {
  site: string
  mailbox: Mailbox
  service: Service
  /** The day that it is in the demo. */
  today(): Day
  now(): Date
  /** Today's papers come in. */
  bringPapers(): Promise<void>
  /** Moves the clock to the next hour at which somebody's digest is due today, and sends it. */
  sendDigests(): Promise<DigestsSent>
  /** Moves to the next morning: new papers come in. False when the sample papers are used up. */
  bringTomorrow(): Promise<boolean>
  stop(): Promise<void>
}

export interface DigestsSent {
  /** The instant that the clock was moved to; absent when nobody has a digest coming. */
  at?: Date
  planned: number
  nothingMatched: number
}

interface Kept {
  firstDay: Day
  now: string
}

/**
 * Starts the demo from what an earlier run of the same day kept, else anew. Throws where one is running in the same
 * folder: they would share a database and stop it for each other.
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const folder = resolve(options.folder)
  await requireAlone(folder)
  const kept = await keptFromToday(folder)
  const morning = morningOf(kept?.firstDay ?? dayOf(systemClock().now()))
  const early = options.beforeTodaysPapers ? new Date(morning.getTime() - ASKED_AGAIN_MS) : morning
  const clock = clockFrom(kept ? new Date(kept.now) : early)
  const firstDay = dayOf(morning)
  const keep = () =>
    writeFileSync(join(folder, 'demo.json'), JSON.stringify({ firstDay, now: clock.now().toISOString() }))
  keep()

  const source = await startSampleSource(firstDay)
  source.showUpTo(options.beforeTodaysPapers ? addDays(firstDay, -1) : dayOf(clock.now()))
  const mailbox = await startMailbox(join(folder, 'mailbox'))
  const config = await demoConfig(folder, { port: options.port, hfUrl: source.url, smtpUrl: mailbox.smtpUrl })
  const log = openLog('info', {
    write: (line) => writeFileSync(join(folder, 'demo.log'), line, { flag: 'a' }),
  })
  const service = await startService(config, ['web', 'worker'], { clock, log })
  writeFileSync(join(folder, RUNNING), JSON.stringify({ pid: process.pid, site: config.BASE_URL }))
  await ingestDue(service.deps)
  return {
    site: config.BASE_URL,
    mailbox,
    service,
    today: () => dayOf(clock.now()),
    now: () => clock.now(),
    bringPapers: () => bringPapers(service, source, clock, keep),
    sendDigests: () => sendDigests(service, clock, keep),
    bringTomorrow: () => bringTomorrow({ service, source, clock, keep, firstDay }),
    stop: async () => {
      keep()
      rmSync(join(folder, RUNNING), { force: true })
      await service.stop()
      await mailbox.stop()
      await source.stop()
      await (await startEmbeddedPostgres(join(config.DATA_DIR, 'postgres'))).stop()
    },
  }
}

const morningOf = (day: Day): Date => new Date(`${day}T0${MORNING_HOUR}:00:00Z`)

/** Says which demo is running in this folder, by throwing. One that was killed is none. */
export async function requireAlone(folder: string): Promise<void> {
  const path = join(folder, RUNNING)
  if (!existsSync(path)) return
  const { pid, site } = JSON.parse(readFileSync(path, 'utf8')) as { pid: number; site: string }
  const answers = await fetch(`${site}/live`).then(
    ({ ok }) => ok,
    () => false,
  )
  if (answers)
    throw new Error(`A demo is running already, at ${site} (process ${pid}). Use it, or stop it first.`)
}

async function keptFromToday(folder: string): Promise<Kept | undefined> {
  const path = join(folder, 'demo.json')
  if (existsSync(path)) {
    const kept = JSON.parse(readFileSync(path, 'utf8')) as Kept
    if (kept.firstDay === dayOf(systemClock().now())) return kept
    await removeDemo(folder)
  }
  mkdirSync(folder, { recursive: true })
  return undefined
}

/** Forgets everything that the demo kept. */
export async function removeDemo(folder: string): Promise<void> {
  if (!existsSync(join(folder, 'demo.json'))) return
  await removeEmbeddedPostgres(join(folder, 'postgres'))
  rmSync(folder, { recursive: true, force: true })
}

// Nothing of the environment or of .env: a production service beside the demo stays out of its reach.
async function demoConfig(
  folder: string,
  { port, hfUrl, smtpUrl }: { port?: number; hfUrl: string; smtpUrl: string },
): Promise<Config> {
  const PORT = String(await portOr(port ?? 3000))
  return readConfig({
    DATABASE_URL: 'embedded',
    DATA_DIR: folder,
    PORT,
    BASE_URL: `http://localhost:${PORT}`,
    HF_URL: hfUrl,
    SMTP_URL: smtpUrl,
    MAIL_FROM: 'digest@papers.example',
    POSTAL_ADDRESS: '1 Example Street, Springfield',
    DIGEST_DAYS: 'mon,tue,wed,thu,fri,sat,sun',
  })
}

/** The port asked for where it is free, else another; 0 is any. */
export async function portOr(wanted: number): Promise<number> {
  const { createServer } = await import('node:net')
  const free = await new Promise<boolean>((answer) => {
    const probe = createServer()
    probe.once('error', () => answer(false))
    probe.listen(wanted, '127.0.0.1', () => probe.close(() => answer(true)))
  })
  return free && wanted !== 0 ? wanted : freePort()
}

async function work({ deps }: Service): Promise<DigestsSent> {
  const signal = new AbortController().signal
  await ingestDue(deps)
  const { planned, nothingMatched } = await planDigests(deps)
  const delivering = { ...deps, compose: deps.compose! }
  await deliverReady(delivering, { lane: 'answers', signal })
  await deliverReady(delivering, { lane: 'digests', signal })
  return { planned, nothingMatched }
}

async function bringPapers(
  service: Service,
  source: SampleSource,
  clock: MovableClock,
  keep: () => void,
): Promise<void> {
  source.showUpTo(dayOf(clock.now()))
  clock.moveTo(new Date(clock.now().getTime() + ASKED_AGAIN_MS))
  await work(service)
  keep()
}

async function sendDigests(service: Service, clock: MovableClock, keep: () => void): Promise<DigestsSent> {
  const at = await nextDueOfAnybody(service.deps)
  if (!at) return { planned: 0, nothingMatched: 0 }
  if (at > clock.now()) clock.moveTo(at)
  const sent = await work(service)
  keep()
  return { at, ...sent }
}

interface Morning {
  service: Service
  source: SampleSource
  clock: MovableClock
  keep: () => void
  firstDay: Day
}

async function bringTomorrow({ service, source, clock, keep, firstDay }: Morning): Promise<boolean> {
  const tomorrow = addDays(dayOf(clock.now()), 1)
  if (tomorrow > addDays(firstDay, DAYS_TO_COME)) return false
  source.showUpTo(tomorrow)
  clock.moveTo(morningOf(tomorrow))
  await work(service)
  keep()
  return true
}
