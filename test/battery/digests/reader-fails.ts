import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '../../../src/config/config.ts'
import { monotonicMs, stoppedClock } from '../../../src/core/clock.ts'
import { midnight } from '../../../src/core/dates.ts'
import { buildDeps, type Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { prepareQueue } from '../../../src/core/queue.ts'
import { importPapers } from '../../../src/papers/import-papers.ts'
import { parseTopic } from '../../../src/subscribers/read-signup.ts'
import { setTopics } from '../../../src/subscribers/topic.repo.ts'
import { CARS, CELLS, learnSpace } from '../../support/learned-space.ts'
import { startSmtpSink } from '../../support/smtp-sink.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import { ownDatabase } from '../bench/shared-postgres.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { type BrokenReader, FAILURES, type ReaderFailure, startReader } from './broken-reader.ts'
import { order, startWorker } from './offered.ts'

const DAY = '2026-11-24'
const JOINED = new Date('2026-11-23T09:00:00Z')
const WORKER = 'test/battery/digests/grading-worker.ts'
/** Beyond what planning and delivering take without a reader, in milliseconds. */
const MAX_DELAY_MS = 10_000
const LOOK_EVERY_MS = 3

export interface ReaderRun {
  subscribers: number
}

export interface ReaderFailureSeen {
  emails: number
  /** Emails that had not arrived MAX_DELAY_MS later than without a reader. */
  late: number
  /** Emails with other bytes than without a reader. */
  differing: number
  requests: number
}

/**
 * Digests with a reader that fails in a way of its own for each topic, before and while they are planned, and the same
 * digests without a reader. Ids of messages, which are random, are the only bytes that may differ.
 */
export async function runReaderFailures(
  { subscribers }: ReaderRun,
  part?: WrongPart,
): Promise<ReaderFailureSeen> {
  const chance = chanceOfRow()
  const random = chance.random()
  const kinds = Object.keys(FAILURES) as ReaderFailure[]
  const failures = Array.from({ length: subscribers }, (_, n) => {
    const failure = kinds[Math.floor(random() * kinds.length)]!
    chance.record(`topic ${n}: ${failure}`)
    return failure
  })
  const without = await digestsWith({ subscribers, untilAsked: async () => {} }, {})
  const reader = await startReader((request) => failures[topicIn(request)])
  try {
    const settings = { READER_URL: reader.url, READER_MODEL: 'broken:1' }
    const maxMs = without.ms + MAX_DELAY_MS
    const untilAsked = async () => {
      while (reader.requests.length === 0) await sleep(LOOK_EVERY_MS)
    }
    const { emails } = await digestsWith({ subscribers, part, maxMs, untilAsked }, settings)
    const addresses = [...without.emails.keys()]
    return {
      emails: addresses.length,
      late: addresses.filter((to) => !emails.has(to)).length,
      differing: addresses.filter((to) => emails.has(to) && emails.get(to) !== without.emails.get(to)).length,
      requests: reader.requests.length,
    }
  } finally {
    await reader.close()
  }
}

/** Each subscriber has a topic of their own, in whose text is their number: all mean the same. */
const topicOf = (n: number): string => `car engine -zz${n}zz`
const topicIn = (request: string): number => Number(/zz(\d+)zz/.exec(request)?.[1])

interface DigestsInput extends ReaderRun {
  part?: WrongPart | undefined
  /** Until the reader is at work. */
  untilAsked(): Promise<void>
  /** What has not arrived after so many milliseconds is left out. */
  maxMs?: number
}

/** The digest of each address on the day, and how many milliseconds planning and delivering took. */
async function digestsWith(
  { subscribers, part, maxMs, untilAsked }: DigestsInput,
  reader: Record<string, string>,
): Promise<{ emails: Map<string, string>; ms: number }> {
  const sink = await startSmtpSink()
  const smtp = { SMTP_URL: `smtp://127.0.0.1:${sink.port}?connections=2` }
  try {
    return await withWorld(subscribers, async (settings) => {
      const worker = await startWorker({ ...settings, ...smtp, ...reader }, part, WORKER)
      try {
        await order(worker, { now: `${DAY}T07:00:00Z`, phase: 'begin' })
        await untilAsked()
        const began = monotonicMs()
        const send = async () => {
          for (const phase of ['plan', 'deliver'] as const)
            await order(worker, { now: `${DAY}T08:05:00Z`, phase })
        }
        const sending = send()
        // A worker that is killed never replies.
        sending.catch(() => {})
        await (maxMs === undefined ? sending : Promise.race([sending, sleep(maxMs)]))
        const ms = monotonicMs() - began
        return { emails: new Map(sink.mails.map(({ to, text }) => [to, withoutIds(text)])), ms }
      } finally {
        await kill(worker)
      }
    })
  } finally {
    await sink.close()
  }
}

/** The bytes of an email without what is random: the id of its message, in headers and in signed links. */
function withoutIds(text: string): string {
  const boundary = /boundary="([^"]+)"/.exec(text)?.[1]
  const whole = text.replace(/=\r\n/g, '')
  return (boundary ? whole.replaceAll(boundary, 'BOUNDARY') : whole)
    .replace(/^(Message-ID|X-Daily-Papers-Message): .*$/gim, '$1: ID')
    .replace(/(?<=\/(?:digest|manage|unsubscribe)\/)[\w-]+/g, 'TOKEN')
}

export interface ReaderKillRun {
  topics: number
  perDay: number
  kills: number
}

export interface ReaderKillSeen {
  killed: number
  /** Papers that were sent to the reader. */
  requests: number
  /** Papers that were sent again for a topic. */
  repeated: number
}

/** Processes that are killed while the reader grades, one after the other, until the day's budget is spent. */
export async function runReaderKills(run: ReaderKillRun, part?: WrongPart): Promise<ReaderKillSeen> {
  const reader = await startReader(() => undefined, { delayMs: 20 })
  try {
    const settings = { READER_URL: reader.url, READER_MODEL: 'good:1', READER_PER_DAY: String(run.perDay) }
    return await withWorld(run.topics, (world) =>
      killWhileGrading(run, { ...world, ...settings }, reader, part),
    )
  } finally {
    await reader.close()
  }
}

/** Processes take turns every five minutes. */
const nowOf = (turn: number): string =>
  new Date(Date.parse(`${DAY}T06:00:00Z`) + turn * 300_000).toISOString()
async function killWhileGrading(
  { kills }: ReaderKillRun,
  settings: Record<string, string>,
  { requests }: BrokenReader,
  part?: WrongPart,
): Promise<ReaderKillSeen> {
  const chance = chanceOfRow()
  const random = chance.random()
  let killed = 0
  // The process of the last turn is not killed, and spends the rest of the budget.
  for (let turn = 0; turn <= kills; turn++) {
    const worker = await startWorker(settings, part, WORKER)
    const before = requests.length
    const grading = order(worker, { now: nowOf(turn), phase: 'grade' }).catch(() => {})
    if (turn < kills) {
      const more = 1 + Math.floor(random() * 8)
      chance.record(`kill ${turn} after ${more} papers`)
      const isOver = grading.then(() => true)
      while (requests.length < before + more && !(await Promise.race([isOver, sleep(LOOK_EVERY_MS)]))) {}
      if (worker.exitCode === null && requests.length > before) killed++
    } else await grading
    await kill(worker)
  }
  return { killed, requests: requests.length, repeated: requests.length - new Set(requests.map(pairIn)).size }
}

const pairIn = (request: string): string =>
  `${topicIn(request)} ${/\\"paper\\": \\"(\d+)\\"/.exec(request)?.[1]}`

async function kill(worker: ChildProcess): Promise<void> {
  const exit = once(worker, 'exit')
  if (worker.kill('SIGKILL')) await exit
}

/** A database with papers of which one matches every topic, one is close, and one is not. */
async function withWorld<T>(
  subscribers: number,
  work: (settings: Record<string, string>) => Promise<T>,
): Promise<T> {
  const { url, destroy } = await ownDatabase()
  await prepareQueue(url, silentLog)
  const settings = { DATABASE_URL: url, APP_SECRET: 'x'.repeat(40), LOG_LEVEL: 'fatal' }
  const options = { clock: stoppedClock(JOINED), log: silentLog, connections: 2 }
  const { deps, close } = await buildDeps(readConfig(settings), options)
  try {
    await learnSpace(deps.db)
    await listPapers(deps, '2026-11-01', CARS)
    await listPapers(deps, DAY, [
      'A car engine',
      'Automobile engine',
      'Engine of protein cell gene',
      ...CELLS,
    ])
    for (let n = 0; n < subscribers; n++) await addSubscriber(deps, n)
    await close()
    return await work(settings)
  } finally {
    await close()
    await destroy()
  }
}

const listPapers = (deps: Deps, day: string, titles: readonly string[]) =>
  importPapers(deps, { text: JSON.stringify(titles.map((title) => ({ title, summary: 'A summary.' }))), day })

/** With an id that is the same in each world, which is in signed links. */
async function addSubscriber({ db }: Deps, n: number): Promise<void> {
  const id = `subscriber-${n}`
  const address = `s@y${n}.example`
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
  const schedule = { zone: 'UTC', hour: 8, days, maxPapers: 15, startDate: midnight('2026-11-23') }
  const names = { id, address, addressKey: address, addressHash: id }
  await db.subscriber.create({
    data: { ...names, ...schedule, state: 'active', createdAt: JOINED, confirmedAt: JOINED },
  })
  await setTopics(db, { subscriberId: id, topics: [parseTopic(topicOf(n))] })
}
