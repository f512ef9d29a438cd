// How many files a reader needs to follow three walks through the program: npm run bench -- walks [--json]
//   digest       a day's papers are fetched, a digest is planned for one subscriber with a topic, and delivered
//   sign-up      the form is posted, the confirmation is delivered, its link is opened and confirmed
//   unsubscribe  the link of the digest is posted in one click (RFC 8058)
// A file counts if one of its functions runs on the happy path, except those of LEFT_OUT; module-level code does not count.
// The service uses a real Postgres, recorded answers of Hugging Face and an SMTP sink. All walks run once before, so that
// what runs only once in a process does not count.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { simpleParser } from 'mailparser'
import { readConfig } from '../../src/config/config.ts'
import { type MovableClock, stoppedClock } from '../../src/core/clock.ts'
import { startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts'
import { applyMigrations } from '../../src/core/database/migrations.ts'
import { addDays, type Day } from '../../src/core/dates.ts'
import { addQueue, buildDeps, type ServiceDeps } from '../../src/core/deps.ts'
import { silentLog } from '../../src/core/log.ts'
import { prepareQueue } from '../../src/core/queue.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { openComposer } from '../../src/emails/compose-message.ts'
import { deliverReady } from '../../src/emails/deliver.ts'
import { FEATURES } from '../../src/features/index.ts'
import type { Compose, Lane } from '../../src/mail/message.ts'
import { table } from '../../src/operator/operations/text-table.ts'
import { ingestDay } from '../../src/papers/ingest.ts'
import { buildServer } from '../../src/web/server.ts'
import { startHuggingFaceServer } from '../support/hugging-face-server.ts'
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts'
import { BASE, FOLDERS } from '../support/source-files.ts'

const ROOT = resolve(import.meta.dirname, '../../src')
const RECORDED = resolve(import.meta.dirname, '../fixtures/huggingface/daily')
/** The recorded days that have a paper on the topic. */
const DAYS: { warmUp: Day; measured: Day } = { warmUp: '2024-06-10', measured: '2025-07-31' }
const TOPIC = 'language model'

/** A reader knows what dates, errors, the log and settings are without following the calls. */
const LEFT_OUT = /^generated\/|^config\/|^core\/(?:dates|errors|log|deps|clock|memoize)\.ts$/
const ORDER = [...BASE, ...FOLDERS, 'features']

interface Walk {
  name: string
  lines: number
  /** Below src/, in the order of the data. */
  files: string[]
}

export async function benchWalks(args: string[]): Promise<{ json: unknown; text: string }> {
  parseArgs({ args, options: { json: { type: 'boolean' } } })
  const folder = mkdtempSync(join(tmpdir(), 'bench-walks-'))
  const postgres = await startEmbeddedPostgres(join(folder, 'postgres'), { durable: false })
  const [source, sink] = [await startHuggingFaceServer({ folder: RECORDED }), await startSmtpSink()]
  try {
    await applyMigrations(postgres.url)
    await prepareQueue(postgres.url, silentLog)
    const config = readConfig({
      DATABASE_URL: postgres.url,
      DATA_DIR: folder,
      HF_URL: source.url,
      SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
    })
    const clock = stoppedClock(new Date(`${DAYS.warmUp}T06:00:00Z`))
    const { deps, close } = await addQueue(
      await buildDeps(config, { features: FEATURES, clock, log: silentLog }),
    )
    const app = buildServer(deps)
    const compose = await openComposer(deps)
    const service = { deps, clock, app, compose, sink, coverage: await startCoverage() }
    await walk(service, DAYS.warmUp, 'first@example.com')
    const walks = await walk(service, DAYS.measured, 'second@example.com')
    await app.close()
    await close()
    return { json: walks, text: textOf(walks) }
  } finally {
    await sink.close()
    await source.close()
    await postgres.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Service {
  deps: ServiceDeps
  clock: MovableClock
  app: ReturnType<typeof buildServer>
  compose: Compose
  sink: SmtpSink
  coverage: Awaited<ReturnType<typeof startCoverage>>
}

/** A visitor signs up on the day before the papers of `day`, gets a digest of them, and unsubscribes. */
async function walk(service: Service, day: Day, email: string): Promise<Walk[]> {
  const { deps, clock, coverage } = service
  clock.moveTo(new Date(`${addDays(day, -1)}T12:00:00Z`))
  await coverage.filesSince()
  await send(service, 'POST', '/subscribe', 303, { email, topic: TOPIC })
  const confirmation = await deliveredTo(service, 'transactional', email)
  const confirmPath = pathIn(confirmation.text, 'confirm')
  await send(service, 'GET', confirmPath, 200)
  await send(service, 'POST', confirmPath, 303, {})
  const signup = walkOf('sign-up', await coverage.filesSince())
  await requireState(deps, email, 'active')
  clock.moveTo(new Date(`${day}T09:00:00Z`))
  await coverage.filesSince()
  await ingestDay(deps, { source: 'huggingface', day, fetchPolicy: { gapMs: 0 } })
  await planDigests(deps)
  const digest = await deliveredTo(service, 'bulk', email)
  const forDigest = walkOf('digest', await coverage.filesSince())
  await send(service, 'POST', pathIn(digest.header, 'unsubscribe'), 200, { 'List-Unsubscribe': 'One-Click' })
  const unsubscribe = walkOf('unsubscribe', await coverage.filesSince())
  await requireState(deps, email, 'unsubscribed')
  return [forDigest, signup, unsubscribe]
}

/** Delivers a lane, and returns the header and the text of the one email that arrives. */
async function deliveredTo({ deps, compose, sink }: Service, lane: Lane, to: string) {
  const before = sink.accepted.length
  await deliverReady({ ...deps, compose }, { lane })
  const mails = sink.accepted.slice(before).filter((mail) => mail.to === to)
  if (mails.length !== 1) throw new Error(`${mails.length} emails of ${lane} to ${to}, not 1`)
  const { headerLines, text = '' } = await simpleParser(mails[0]!.text)
  return { header: headerLines.map(({ line }) => line.replace(/\s+/g, '')).join('\n'), text }
}

function pathIn(text: string, page: string): string {
  const path = text.match(new RegExp(`/${page}/[\\w-]{20,}`))?.[0]
  if (!path) throw new Error(`No link to /${page}/ in: ${text}`)
  return path
}

async function send({ app }: Service, method: 'GET' | 'POST', url: string, status: number, form?: object) {
  const headers = {
    accept: 'text/html',
    ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
  }
  const payload = form && new URLSearchParams(Object.entries(form)).toString()
  const { statusCode, body } = await app.inject({ method, url, headers, payload })
  if (statusCode !== status) throw new Error(`${method} ${url}: ${statusCode}, not ${status}: ${body}`)
}

async function requireState({ db }: ServiceDeps, address: string, state: string): Promise<void> {
  const subscriber = await db.subscriber.findFirst({ where: { address } })
  if (subscriber?.state !== state) throw new Error(`${address} is ${subscriber?.state}, not ${state}`)
}

/** Counts calls of functions from now on, in this thread. */
async function startCoverage() {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  const prefix = `${pathToFileURL(ROOT)}/`
  return {
    /** The files below src/ of which a function ran since the last call. */
    async filesSince(): Promise<string[]> {
      const { result } = await session.post('Profiler.takePreciseCoverage')
      const ran = result.filter(({ url, functions }) => url.startsWith(prefix) && functions.some(isCalled))
      return ran.map(({ url }) => url.slice(prefix.length)).filter((path) => !LEFT_OUT.test(path))
    },
  }
}

/** A module itself is a function too, which begins with the file. */
function isCalled({ ranges }: { ranges: { startOffset: number; count: number }[] }): boolean {
  const [{ startOffset, count } = { startOffset: 0, count: 0 }] = ranges
  return startOffset > 0 && count > 0
}

function walkOf(name: string, files: string[]): Walk {
  const place = (path: string) => ORDER.indexOf(path.split('/')[0]!)
  const inOrder = files.toSorted((one, other) => place(one) - place(other) || one.localeCompare(other, 'en'))
  return { name, lines: inOrder.reduce((sum, path) => sum + linesOfCode(path), 0), files: inOrder }
}

/** Without blank lines and comments. */
const linesOfCode = (path: string): number =>
  readFileSync(join(ROOT, path), 'utf8')
    .split('\n')
    .filter((line) => !/^\s*(?:$|\/\/|\/\*|\*)/.test(line)).length

function textOf(walks: readonly Walk[]): string {
  const numbers = table(
    ['walk', 'files', 'lines of code'],
    walks.map(({ name, files, lines }) => [name, files.length, lines]),
  )
  return [numbers, ...walks.map(listOf)].join('\n\n')
}

/** The files by folder. */
function listOf({ name, files }: Walk): string {
  const folders = Map.groupBy(files, (path) => dirname(path))
  const lines = [...folders].map(([folder, paths]) => {
    const names = paths.map((path) => path.slice(folder.length + 1))
    return `  ${folder}/ (${paths.length}): ${names.join(', ')}`
  })
  return [`${name}:`, ...lines].join('\n')
}
