// How fast digests are sent: npm run bench -- send [--subscribers 10000] [--json]
// A real day of papers, planned for everyone and sent by the real drain to a mail server on loopback, which runs in a process
// of its own and accepts everything. Before and after that, nodemailer's own pool sends one ready message over as many
// connections: the ratios compare the two, so that runs on different machines can be compared.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { createTransport } from 'nodemailer'
import { readConfig } from '../../src/config/config.ts'
import { clockFrom, monotonicMs, stoppedClock } from '../../src/core/clock.ts'
import { csvLine } from '../../src/core/csv.ts'
import { startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts'
import { applyMigrations } from '../../src/core/database/migrations.ts'
import { addDays } from '../../src/core/dates.ts'
import { buildDeps, type Deps } from '../../src/core/deps.ts'
import { silentLog } from '../../src/core/log.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { openComposer } from '../../src/emails/compose-message.ts'
import { deliverReady } from '../../src/emails/deliver.ts'
import { importPapers } from '../../src/papers/import-papers.ts'
import { runCliProcess } from '../support/processes.ts'
import { recordedDay, recordedDays, seedPapers } from '../support/recorded-days.ts'
import { serverSeconds } from './processor-time.ts'

const MAX_SENDING_MS = 600_000
const POOL_EMAILS = 2000
const POOL_EMAIL_BYTES = 20_000
const MIN_PAPERS = 20
/** Those of SMTP_URL by default. */
const CONNECTIONS = 4
const EMAILS_PER_CONNECTION = 100

const TOPICS = ['language model', 'agent OR reasoning', 'video', 'diffusion', 'robot', 'speech', 'votes>=20']

export async function benchSend(args: string[]): Promise<{ json: unknown; text: string }> {
  const options = { subscribers: { type: 'string', default: '10000' }, json: { type: 'boolean' } } as const
  const subscribers = Number(parseArgs({ args, options }).values.subscribers)
  const folder = mkdtempSync(join(tmpdir(), 'bench-send-'))
  const postgres = await startEmbeddedPostgres(join(folder, 'postgres'))
  const sink = fork(new URL('send/sink.ts', import.meta.url))
  try {
    const [port] = (await once(sink, 'message')) as [number]
    await applyMigrations(postgres.url)
    await importPeople(folder, postgres.url, subscribers)
    const settings = { DATABASE_URL: postgres.url, SMTP_URL: `smtp://127.0.0.1:${port}` }
    const { deps, close } = await buildDeps(readConfig(settings), { log: silentLog })
    const measured = await measure(deps, postgres.folder, port).finally(close)
    const json = { subscribers, ...measured }
    return { json, text: textOf(json) }
  } finally {
    await end(sink)
    await postgres.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function end(sink: ChildProcess): Promise<void> {
  sink.disconnect()
  await once(sink, 'exit')
}

/** The newest recorded day with enough papers; else those of the demo. */
function papersOfDay(): { day: string; text: string } {
  const days = recordedDays('daily').map((day) => ({ day, entries: recordedDay('daily', day) }))
  const full = days.findLast(({ entries }) => entries.length >= MIN_PAPERS)
  return { day: (full ?? days.at(-1)!).day, text: JSON.stringify(full?.entries ?? seedPapers()) }
}

const { day, text: papers } = papersOfDay()

async function importPeople(folder: string, url: string, count: number): Promise<void> {
  const file = join(folder, 'people.csv')
  await pipeline(Readable.from(people(count)), createWriteStream(file))
  const settings = { DATABASE_URL: url, CLOCK_NOW: `${addDays(day, -1)}T12:00:00Z` }
  const { code, stderr } = await runCliProcess(['subscribers', 'import', file], settings)
  if (code !== 0) throw new Error(stderr)
}

function* people(count: number): Generator<string> {
  yield 'email,state,topics,hour,zone,days,confirmed_at,confirmed_how\n'
  for (let i = 0; i < count; i++) {
    const topics = [TOPICS[i % TOPICS.length]!, TOPICS[(i * 3 + 1) % TOPICS.length]!]
    yield csvLine([
      ...[`person.${i}@domain${i % 500}.example`, 'active', [...new Set(topics)].join('; '), '8', 'UTC'],
      ...['mon,tue,wed,thu,fri,sat,sun', '2024-01-08T08:00:00Z', 'double opt-in'],
    ])
  }
}

async function measure(given: Deps, databaseFolder: string, port: number) {
  const at = (hour: string) => new Date(`${day}T${hour}:00:00Z`)
  await importPapers({ ...given, clock: stoppedClock(at('07')) }, { text: papers, day })
  const deps = { ...given, clock: clockFrom(at('08')) }
  await planDigests(deps)
  const compose = await openComposer(deps)
  const before = await poolEmails(port)
  const drained = await timed(databaseFolder, async () => {
    const signal = AbortSignal.timeout(MAX_SENDING_MS)
    const { accepted, stopped } = await deliverReady({ ...deps, compose }, { lane: 'bulk', signal })
    if (stopped || signal.aborted) throw new Error(`stopped: ${stopped ?? 'took too long'}`)
    return accepted
  })
  const after = await poolEmails(port)
  const pool = {
    perSecond: (before.perSecond + after.perSecond) / 2,
    cpuMs: (before.cpuMs + after.cpuMs) / 2,
  }
  return {
    ...{ day, ...drained, pool },
    ratios: { speed: drained.perSecond / pool.perSecond, cpu: drained.cpuMs / pool.cpuMs },
  }
}

interface Measured {
  emails: number
  seconds: number
  perSecond: number
  /** Milliseconds of processor time per email, of this process and of the database. */
  cpuMs: number
  databaseCpuMs: number
}

async function timed(databaseFolder: string, send: () => Promise<number>): Promise<Measured> {
  const [since, cpu, database] = [monotonicMs(), process.cpuUsage(), serverSeconds(databaseFolder)]
  const emails = await send()
  const seconds = (monotonicMs() - since) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return {
    ...{ emails, seconds, perSecond: emails / seconds },
    cpuMs: (user + system) / 1000 / emails,
    databaseCpuMs: ((serverSeconds(databaseFolder) - database) * 1000) / emails,
  }
}

/** nodemailer's pool with one ready message. */
async function poolEmails(port: number): Promise<Pick<Measured, 'perSecond' | 'cpuMs'>> {
  const pool = createTransport({
    ...{ host: '127.0.0.1', port, ignoreTLS: true },
    ...{ pool: true, maxConnections: CONNECTIONS, maxMessages: EMAILS_PER_CONNECTION },
  })
  const line = `${'0123456789'.repeat(7)}\r\n`
  const raw = `Subject: bench\r\n\r\n${line.repeat(POOL_EMAIL_BYTES / line.length)}`
  const [since, cpu] = [monotonicMs(), process.cpuUsage()]
  const sending = Array.from({ length: POOL_EMAILS }, (_, i) =>
    pool.sendMail({ envelope: { from: 'a@bench.example', to: `person.${i}@bench.example` }, raw }),
  )
  await Promise.all(sending)
  const { user, system } = process.cpuUsage(cpu)
  pool.close()
  return {
    perSecond: (POOL_EMAILS * 1000) / (monotonicMs() - since),
    cpuMs: (user + system) / 1000 / POOL_EMAILS,
  }
}

type Figures = Awaited<ReturnType<typeof measure>> & { subscribers: number }

const textOf = ({ subscribers, emails, seconds, ratios, pool, ...one }: Figures): string =>
  [
    `${emails} digests of ${one.day} to ${subscribers} subscribers in ${seconds.toFixed(1)} s, over ${CONNECTIONS} connections.`,
    `${one.perSecond.toFixed(0)} emails a second: ${ratios.speed.toFixed(2)} × nodemailer's pool with one ready message (${pool.perSecond.toFixed(0)}).`,
    `${one.cpuMs.toFixed(2)} ms of processor time per email: ${ratios.cpu.toFixed(1)} × the pool (${pool.cpuMs.toFixed(2)}); ${one.databaseCpuMs.toFixed(2)} ms in the database.`,
  ].join('\n')
