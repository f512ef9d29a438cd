import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../../src/config/config.ts'
import { type MovableClock, stoppedClock } from '../../../src/core/clock.ts'
import { addDays, type Day } from '../../../src/core/dates.ts'
import { buildDeps, type Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { dayTotals, isReconciled } from '../../../src/digests/reconciliation.repo.ts'
import { importPapers } from '../../../src/papers/import-papers.ts'
import { secretId, signLink } from '../../../src/subscribers/links.ts'
import { startSmtpSink } from '../../support/smtp-sink.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import { ownDatabase } from '../bench/shared-postgres.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import { readMail } from '../month/sink.ts'
import type { FeedOrder, FeedOutcome } from './feed-worker.ts'

const FIRST_DAY = '2026-11-02'
const JOINED = new Date('2026-11-01T12:00:00Z')
const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const PAPERS_A_DAY = 2

export interface OnlyFeedRun {
  days: number
  /** Every second one has only the feed. */
  subscribers: number
}

export interface OnlyFeedSeen {
  killed: number
  emails: number
  /** Emails to subscribers who have only the feed. */
  unwanted: number
  /** Pairs of a subscriber and a paper that neither an email nor the feed had. */
  never: number
  /** Pairs that two digests had. */
  twice: number
  balanced: boolean
  /** The statuses of feeds whose address was replaced. */
  replaced: number[]
}

interface Reader {
  id: string
  email: string
  /** Of the feed; undefined for a subscriber with emails. */
  path?: string
}

/** Days of papers whose planner is killed with kill -9 on each of them, while feeds are read and emails are sent. */
export async function runOnlyFeed(run: OnlyFeedRun, part?: WrongPart): Promise<OnlyFeedSeen> {
  const { url, destroy } = await ownDatabase()
  const sink = await startSmtpSink({})
  const settings = {
    DATABASE_URL: url,
    SMTP_URL: `smtp://127.0.0.1:${sink.port}?connections=2`,
    LOG_LEVEL: 'fatal',
  }
  const clock = stoppedClock(JOINED)
  const { deps, close } = await buildDeps(readConfig(settings), { clock, log: silentLog, connections: 2 })
  const random = chanceOfRow().random()
  let worker: ChildProcess | undefined
  try {
    const readers = await addReaders(deps, run)
    const days = Array.from({ length: run.days }, (_, n) => addDays(FIRST_DAY, n))
    let killed = 0
    for (const day of days) {
      await bringPapers(deps, clock, day)
      const now = `${day}T08:05:00Z`
      worker ??= await startWorker(settings, part)
      killed += await killWhilePlanning(worker, { now, readers, afterMs: Math.floor(random() * 60) })
      worker = await startWorker(settings, part)
      for (const phase of ['plan', 'deliver'] as const) await order(worker, { now, phase })
    }
    const read = (path: string) => order(worker!, { now: `${days.at(-1)}T09:00:00Z`, phase: 'read', path })
    const papersOf = await papersByReader(
      readers,
      read,
      sink.mails.map(({ text, to }) => readMail(text, to)),
    )
    await deps.db.$executeRaw`update private_address set version = version + 1`
    const replaced = []
    for (const { path } of readers) if (path) replaced.push((await read(path)).status)
    const emails = sink.mails.map(({ to }) => to)
    const withFeed = new Set(readers.filter(({ path }) => path).map(({ email }) => email))
    const totals = await Promise.all(days.map((day) => dayTotals(deps.db, day)))
    return {
      killed,
      emails: emails.length,
      unwanted: emails.filter((to) => withFeed.has(to)).length,
      never:
        readers.length * run.days * PAPERS_A_DAY -
        [...papersOf.values()].reduce((sum, { size }) => sum + size, 0),
      twice: await shownTwice(deps),
      balanced: totals.every((one) => isReconciled(one) && one.planned === run.subscribers),
      replaced,
    }
  } finally {
    worker?.disconnect()
    await close()
    await sink.close()
    await destroy()
  }
}

/** The addresses of feeds are rows, as the page of a subscriber would write them. */
async function addReaders({ db, config, ...deps }: Deps, { subscribers }: OnlyFeedRun): Promise<Reader[]> {
  const [secret] = config.APP_SECRET as [string]
  const readers: Reader[] = []
  for (let n = 0; n < subscribers; n++) {
    const email = `s@y${n}.example`
    const typed = { zone: 'UTC', hour: '8', days: EVERY_DAY, max: '25', consent: 'for these tests' }
    await addSubscriber({ db, config, ...deps }, { ...typed, email, topics: ['alpha'] })
    const { id } = await db.subscriber.findFirstOrThrow({ where: { address: email } })
    if (n % 2 === 1) {
      readers.push({ id, email })
      continue
    }
    await db.$executeRaw`
      insert into private_address (subscriber_id, purpose, epoch, secret_id, made_at, only_feed)
      values (${id}, 'feed', 0, ${secretId(secret)}, ${JOINED}, true)`
    const token = signLink({ purpose: 'feed', id, epoch: 1, issuedAt: JOINED }, secret)
    readers.push({ id, email, path: `/feed/${token}.json` })
  }
  return readers
}

const paperId = (day: Day, n: number) => `2611.${day.slice(-2)}${String(n).padStart(3, '0')}`

async function bringPapers(deps: Deps, clock: MovableClock, day: Day): Promise<void> {
  clock.moveTo(new Date(`${day}T06:00:00Z`))
  const entries = Array.from({ length: PAPERS_A_DAY }, (_, n) => ({
    id: paperId(day, n),
    title: `On alpha, number ${paperId(day, n)}`,
    summary: 'A summary.',
  }))
  await importPapers(deps, { text: JSON.stringify(entries), day })
}

async function startWorker(settings: Record<string, string>, part?: WrongPart): Promise<ChildProcess> {
  const root = resolve(import.meta.dirname, '../../..')
  const [file = '', ...args] = programWith(part, 'test/battery/digests/feed-worker.ts')
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env
  const worker = fork(resolve(root, file), args, {
    cwd: root,
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...settings },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  await outcome(worker)
  return worker
}

function order(worker: ChildProcess, what: FeedOrder): Promise<FeedOutcome> {
  const done = outcome(worker)
  worker.send(what)
  return done
}

/** Throws if the worker ends before. */
async function outcome(worker: ChildProcess): Promise<FeedOutcome> {
  const over = new AbortController()
  const { signal } = over
  const ended = once(worker, 'exit', { signal }).then(([code]) => {
    throw new Error(`a worker ended with ${code}`)
  })
  const [message] = await Promise.race([once(worker, 'message', { signal }), ended]).finally(() =>
    over.abort(),
  )
  return message as FeedOutcome
}

/** It plans and its feeds are read when it is killed. */
async function killWhilePlanning(
  worker: ChildProcess,
  { now, readers, afterMs }: { now: string; readers: readonly Reader[]; afterMs: number },
): Promise<number> {
  const ended = once(worker, 'exit')
  worker.send({ now, phase: 'plan' } satisfies FeedOrder)
  for (const { path } of readers) if (path) worker.send({ now, phase: 'read', path } satisfies FeedOrder)
  await sleep(afterMs)
  worker.kill('SIGKILL')
  const [, by] = await ended
  return by === 'SIGKILL' ? 1 : 0
}

/** What reached each reader: in the feed at the end, or in emails. */
async function papersByReader(
  readers: readonly Reader[],
  read: (path: string) => Promise<FeedOutcome>,
  mails: readonly { to: string; papers: string[] }[],
): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>()
  for (const { email, path } of readers) {
    const feed = path && (JSON.parse((await read(path)).body) as { items: { url: string }[] })
    const papers = feed
      ? feed.items.map(({ url }) => url.split('/').at(-1)!)
      : mails.filter(({ to }) => to === email).flatMap((mail) => mail.papers)
    found.set(email, new Set(papers))
  }
  return found
}

async function shownTwice({ db }: Deps): Promise<number> {
  const digests = await db.digest.findMany({ select: { subscriberId: true, papers: true } })
  const pairs = digests.flatMap(({ subscriberId, papers }) => papers.map((id) => `${subscriberId} ${id}`))
  return pairs.length - new Set(pairs).size
}
