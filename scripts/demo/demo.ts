import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Config, readConfig } from '../../src/config/config.ts'
import { clockFrom, type MovableClock, systemClock } from '../../src/core/clock.ts'
import {
  freePort,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/core/database/embedded-postgres.ts'
import { addDays, DAY_MS, type Day, dayOf } from '../../src/core/dates.ts'
import { openLog } from '../../src/core/log.ts'
import { earliestNextDue } from '../../src/digests/next-mail.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { deliverReady } from '../../src/emails/deliver.ts'
import { FEATURES } from '../../src/features/index.ts'
import { ingestDue } from '../../src/papers/ingest.ts'
import { learnOrLog } from '../../src/queries/learned/learn.ts'
import { type Service, startService } from '../../src/service/service.ts'
import { morningOf, nextMorning, nextSend } from './days.ts'
import { type CaughtEmail, type Mailbox, startMailbox } from './mailbox.ts'
import { DAYS_TO_COME } from './sample-papers.ts'
import { type SampleSource, startSampleSource } from './sample-source.ts'

/** For the admin pages of the demo, which no one else can open: the site listens on this computer only. */
const ADMIN_PASSWORD = 'demo-password'
/** Names the demo that is running in a folder. */
const RUNNING = 'running.json'
const MAX_PORT = 65_535
/** An empty day is asked again after an hour. */
const ASKED_AGAIN_MS = 3600_000

export interface DemoOptions {
  /** Where the demo keeps everything. */
  folder: string
  port?: number
  /** Begin before today's papers have come. */
  beforeTodaysPapers?: boolean
  /** Begins on the day of this clock, which the demo moves; else it begins today. */
  clock?: MovableClock
}

export interface Demo {
  site: string
  /** Where its desk goes, which is started apart. */
  deskPort: number
  adminPassword: string
  mailbox: Mailbox
  service: Service
  /** The day that it is in the demo. */
  today(): Day
  now(): Date
  /** How many days of sample papers there are still. */
  daysLeft(): number
  /** Today's papers come in. */
  bringPapers(): Promise<void>
  /** Moves the clock to each hour of the day at which a digest is due, and sends it. */
  sendDigests(): Promise<DigestsSent>
  /** Adds the next day's papers, and moves the clock to its morning. Undefined if there are no more sample papers. */
  nextDay(): Promise<NextDay | undefined>
  stop(): Promise<void>
}

export interface NextDay {
  /** False if it was already that morning: digests of the day before went to time zones that are ahead. */
  clockMoved: boolean
}

export interface DigestsSent {
  /** When they were sent; absent if no digest is due until there are new papers. */
  at?: Date
  planned: number
  nothingMatched: number
  /** What arrived in the mailbox, oldest first. */
  emails: CaughtEmail[]
}

interface Kept {
  firstDay: Day
  /** The newest day whose papers are there. */
  shown: Day
  now: string
}

/** What all steps of a running demo work on. */
interface Running {
  service: Service
  source: SampleSource
  mailbox: Mailbox
  clock: MovableClock
  firstDay: Day
  shown: Day
  /** Digests were sent since the papers of `shown` came. */
  sent: boolean
  keep(): void
}

/**
 * Continues an earlier demo of the same day, else starts a new one. Throws if a demo is running in the same folder: both
 * would use one database, and each would stop it for the other.
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const folder = resolve(options.folder)
  await requireAlone(folder)
  const today = dayOf((options.clock ?? systemClock()).now())
  const kept = await keptFrom(folder, today)
  const firstDay = kept?.firstDay ?? today
  const morning = morningOf(firstDay)
  const early = options.beforeTodaysPapers ? new Date(morning.getTime() - ASKED_AGAIN_MS) : morning
  const clock = options.clock ?? clockFrom(early)
  clock.moveTo(kept ? new Date(kept.now) : early)
  const shown = kept?.shown ?? (options.beforeTodaysPapers ? addDays(firstDay, -1) : firstDay)

  write(folder, { firstDay, shown, now: clock.now().toISOString() })

  const source = await startSampleSource(firstDay)
  source.showUpTo(shown)
  const ports = await portsFrom(options.port ?? 3000)
  const mailbox = await startMailbox(join(folder, 'mailbox'), { pagePort: ports.mailbox })
  const desk = `http://localhost:${ports.desk}`
  const config = await demoConfig(folder, { port: ports.site, hfUrl: source.url, smtpUrl: mailbox.smtpUrl })
  config.demo = { desk, mailbox: mailbox.url }
  mailbox.linkTo({ Desk: desk, Site: config.BASE_URL, Admin: `${config.BASE_URL}/admin` })
  const log = openLog('info', {
    write: (line) => writeFileSync(join(folder, 'demo.log'), line, { flag: 'a' }),
  })
  const service = await startService(config, ['web', 'worker'], { features: FEATURES, clock, log })
  writeFileSync(join(folder, RUNNING), JSON.stringify({ pid: process.pid, site: config.BASE_URL }))
  const keep = () => write(folder, { firstDay, shown: running.shown, now: clock.now().toISOString() })
  const running: Running = { service, source, mailbox, clock, firstDay, shown, sent: false, keep }
  // The source would have no papers of a later day yet, and would not be asked again within an hour.
  if (dayOf(clock.now()) <= shown || options.beforeTodaysPapers) await ingestDue(service.deps)
  await learnOrLog(service.deps)
  keep()
  return {
    site: config.BASE_URL,
    deskPort: ports.desk,
    adminPassword: ADMIN_PASSWORD,
    mailbox,
    service,
    today: () => running.shown,
    now: () => clock.now(),
    daysLeft: () => DAYS_TO_COME - daysShown(running),
    bringPapers: () => bringPapers(running),
    sendDigests: () => sendDigests(running),
    nextDay: () => nextDay(running),
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

/** How many days' papers came after those of the first day. */
const daysShown = ({ firstDay, shown }: Running): number =>
  Math.round((morningOf(shown).getTime() - morningOf(firstDay).getTime()) / DAY_MS)

const write = (folder: string, kept: Kept): void =>
  writeFileSync(join(folder, 'demo.json'), JSON.stringify(kept))

/** Throws if a demo is running in this folder, with its address. A demo that was killed does not count. */
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

async function keptFrom(folder: string, today: Day): Promise<Kept | undefined> {
  const path = join(folder, 'demo.json')
  if (existsSync(path)) {
    const kept = JSON.parse(readFileSync(path, 'utf8')) as Kept
    if (kept.firstDay === today) return kept
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
  { port, hfUrl, smtpUrl }: { port: number; hfUrl: string; smtpUrl: string },
): Promise<Config> {
  const settings = {
    DATABASE_URL: 'embedded',
    DATA_DIR: folder,
    PORT: String(port),
    BASE_URL: `http://localhost:${port}`,
    HF_URL: hfUrl,
    SMTP_URL: smtpUrl,
    MAIL_FROM: 'digest@papers.example',
    POSTAL_ADDRESS: '1 Example Street, Springfield',
    DIGEST_DAYS: 'mon,tue,wed,thu,fri,sat,sun',
    ADMIN_PASSWORD,
  }
  return readConfig(settings, FEATURES)
}

/** The mailbox and the desk are on the next two ports if these are free, so that they stay where they were. */
async function portsFrom(wanted: number): Promise<{ site: number; mailbox: number; desk: number }> {
  const site = await portOr(wanted)
  const mailbox = await portOr(wanted && site + 1)
  return { site, mailbox, desk: await portOr(wanted && site + 2) }
}

/** The port asked for if it is free, else another; 0 is any. */
export async function portOr(wanted: number): Promise<number> {
  if (wanted > MAX_PORT) return freePort()
  const { createServer } = await import('node:net')
  const free = await new Promise<boolean>((answer) => {
    const probe = createServer()
    probe.once('error', () => answer(false))
    probe.listen(wanted, '127.0.0.1', () => probe.close(() => answer(true)))
  })
  return free && wanted !== 0 ? wanted : freePort()
}

async function planAndDeliver({
  service: { deps },
}: Running): Promise<Pick<DigestsSent, 'planned' | 'nothingMatched'>> {
  const signal = new AbortController().signal
  const { planned, nothingMatched } = await planDigests(deps)
  const delivering = { ...deps, compose: deps.compose! }
  await deliverReady(delivering, { lane: 'transactional', signal })
  await deliverReady(delivering, { lane: 'bulk', signal })
  return { planned, nothingMatched }
}

async function bringPapers(demo: Running): Promise<void> {
  demo.shown = addDays(demo.shown, 1)
  demo.source.showUpTo(demo.shown)
  demo.clock.moveTo(new Date(demo.clock.now().getTime() + ASKED_AGAIN_MS))
  await ingestDue(demo.service.deps)
  await learnOrLog(demo.service.deps)
  demo.keep()
}

async function sendDigests(demo: Running): Promise<DigestsSent> {
  const before = (await demo.mailbox.caught()).length
  const sent: Omit<DigestsSent, 'emails'> = { planned: 0, nothingMatched: 0 }
  const send = async () => {
    const { planned, nothingMatched } = await planAndDeliver(demo)
    if (planned + nothingMatched > 0) sent.at = demo.clock.now()
    sent.planned += planned
    sent.nothingMatched += nothingMatched
  }
  const next = async () => nextSend((await earliestNextDue(demo.service.deps))?.at, demo)
  await send()
  demo.sent ||= sent.planned > 0
  // Subscribers whose hour is later on the same day get theirs too, or the next day would come before it.
  const end = new Date(morningOf(demo.shown).getTime() + DAY_MS)
  for (let at = await next(); at && (!demo.sent || at < end); at = await next()) {
    if (at > demo.clock.now()) demo.clock.moveTo(at)
    await send()
    sent.at ??= at
    demo.sent = true
  }
  demo.keep()
  return { ...sent, emails: (await demo.mailbox.caught()).slice(before) }
}

async function nextDay(demo: Running): Promise<NextDay | undefined> {
  if (daysShown(demo) >= DAYS_TO_COME) return undefined
  const now = demo.clock.now()
  const { day, at } = nextMorning(demo.shown, now)
  demo.shown = day
  demo.sent = false
  demo.source.showUpTo(day)
  demo.clock.moveTo(at)
  await ingestDue(demo.service.deps)
  await learnOrLog(demo.service.deps)
  demo.keep()
  return { clockMoved: at > now }
}
