import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../../../src/core/database/embedded-postgres.ts'
import { wrongNoMatchesEmails } from './no-matches-emails.ts'
import { type Expected, expectedFor, type Month, type RecordedDays, type Subscriber } from './oracle.ts'
import { type Order, PHASES } from './phases.ts'
import { readRecordedMonth, startReplay } from './recorded-days.ts'
import { type CaughtMail, startSink } from './sink.ts'
import { addSubscribers, matcherOver, monthSubscribers } from './subscribers.ts'

const HOUR_MS = 3600 * 1000
const CONFIRMED = new Date('2025-06-30T12:00:00Z')
const FIRST_STEP = new Date('2025-06-30T13:00:00Z')
/** Until the hour of every subscriber on 31 July, in all zones. */
const WHOLE_MONTH = 33 * 24

/** Day D has papers from 05:00 UTC on. */
const listedAt = (day: string): Date => new Date(`${day}T05:00:00Z`)

export interface RecordedMonth {
  workers: number
  subscribers: number
  digestsExpected: number
  emails: number
  missed: number
  doubled: number
  offeredTwice: number
  wrongPapers: number
  noMatchesEmails: number
  wrongNoMatchesEmails: number
  largestBytes: number
  largestHtmlBytes: number
  seconds: number
}

/**
 * The whole of July 2025: 300 subscribers in eight zones, hour by hour, through `workers` real processes at once. The
 * recorded days say what must arrive, the sink what arrived. Undefined without the recordings.
 */
export async function runRecordedMonth(
  workers: number,
  hours = WHOLE_MONTH,
): Promise<RecordedMonth | undefined> {
  const days = readRecordedMonth()
  if (!days) return undefined
  const begun = performance.now()
  const steps = Array.from({ length: hours }, (_, hour) => new Date(FIRST_STEP.getTime() + hour * HOUR_MS))
  const subscribers = monthSubscribers()
  const month: Month = {
    days,
    steps,
    confirmed: CONFIRMED,
    listedAt,
    matches: matcherOver([...days.values()].flat()),
  }
  const caught = await replay(month, subscribers, workers)
  // All others are digests that were not expected.
  const { note: noMatchesEmails = [], digest: emails = [] } = Object.groupBy(caught, ({ kind }) =>
    kind === 'note' ? 'note' : 'digest',
  )
  const expected = subscribers.flatMap((subscriber) => expectedFor(subscriber, month))
  return {
    workers,
    subscribers: subscribers.length,
    digestsExpected: expected.length,
    emails: emails.length,
    ...compare(expected, emails, votesIn(days)),
    noMatchesEmails: noMatchesEmails.length,
    wrongNoMatchesEmails: reported(
      'wrong no-matches emails',
      wrongNoMatchesEmails(subscribers, month, noMatchesEmails),
    ),
    largestBytes: Math.max(...caught.map((mail) => mail.bytes)),
    largestHtmlBytes: Math.max(...caught.map((mail) => mail.htmlBytes)),
    seconds: Math.round((performance.now() - begun) / 1000),
  }
}

async function replay(month: Month, subscribers: Subscriber[], workers: number): Promise<CaughtMail[]> {
  const started = new AsyncDisposableStack()
  try {
    const folder = mkdtempSync(join(tmpdir(), 'recorded-month-'))
    started.defer(() => rmSync(folder, { recursive: true, force: true }))
    const postgres = await startEmbeddedPostgres(join(folder, 'postgres'))
    started.defer(() => postgres.destroy())
    const sink = await startSink()
    started.defer(() => sink.stop())
    const source = await startReplay(month.days, listedAt)
    started.defer(() => source.stop())
    const settings = {
      DATABASE_URL: postgres.url,
      SMTP_URL: sink.url,
      HF_URL: source.url,
      LOG_LEVEL: 'error',
    }
    await addSubscribers(settings, subscribers, CONFIRMED)
    const processes = await Promise.all(Array.from({ length: workers }, () => startWorker(settings)))
    started.defer(() => {
      for (const worker of processes) worker.disconnect()
    })
    for (const step of month.steps) {
      source.moveTo(step)
      for (const phase of PHASES)
        await Promise.all(processes.map((worker) => work(worker, { now: step.toISOString(), phase })))
    }
    return sink.mails
  } finally {
    await started.disposeAsync()
  }
}

function startWorker(settings: Record<string, string>): Promise<ChildProcess> {
  const file = join(import.meta.dirname, 'worker.ts')
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...settings }
  const worker = fork(file, {
    env,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  return new Promise((ready, failed) => {
    worker.once('message', () => ready(worker))
    worker.once('exit', () => failed(new Error('a worker ended before it was ready')))
  })
}

function work(worker: ChildProcess, order: Order): Promise<void> {
  return new Promise((done, failed) => {
    const ended = () => failed(new Error(`a worker ended during ${order.phase} at ${order.now}`))
    worker.once('exit', ended)
    worker.once('message', () => {
      worker.off('exit', ended)
      done()
    })
    worker.send(order)
  })
}

type Faults = Pick<RecordedMonth, 'missed' | 'doubled' | 'offeredTwice' | 'wrongPapers'>

const keyOf = ({ address, at }: { address: string; at: string }): string => `${address} ${at}`

type Votes = Map<string, number>

const votesIn = (days: RecordedDays): Votes =>
  new Map([...days.values()].flat().map(({ id, votes }) => [id, votes]))

function compare(expected: Expected[], emails: CaughtMail[], votes: Votes): Faults {
  const came = Map.groupBy(emails, (mail) => keyOf({ address: mail.to, at: mail.at }))
  const due = new Map(expected.map((one) => [keyOf(one), one]))
  const missed = expected.filter((one) => !came.has(keyOf(one)))
  const doubled = [...came.values()].filter((copies) => copies.length > 1)
  const wrong = emails.filter(
    (mail) => !isRight(mail, due.get(keyOf({ address: mail.to, at: mail.at })), votes),
  )
  const unexpected = emails.filter((mail) => !due.has(keyOf({ address: mail.to, at: mail.at })))
  report(
    'unexpected',
    unexpected.map((mail) => `${mail.to} ${mail.at}: ${mail.papers.join(' ')} (+${mail.more})`),
  )
  report('missed', missed.map(keyOf))
  report(
    'wrong papers',
    wrong.map((mail) => `${mail.to} ${mail.at}: ${mail.papers.join(' ')} (+${mail.more})`),
  )
  return {
    missed: missed.length,
    doubled: doubled.length,
    offeredTwice: countOfferedTwice(emails),
    wrongPapers: wrong.length,
  }
}

function isRight(mail: CaughtMail, expected: Expected | undefined, votes: Votes): boolean {
  if (!expected) return false
  const best = mail.papers.map((id) => votes.get(id))
  if (expected.votes && best.join() !== expected.votes.join()) return false
  const known = mail.papers.every((id) => expected.papers.has(id))
  return known && mail.papers.length === expected.shown && mail.more === expected.more
}

function countOfferedTwice(emails: CaughtMail[]): number {
  const seen = new Set<string>()
  const messages = new Set<string>()
  let twice = 0
  for (const mail of emails) {
    if (messages.has(mail.messageId)) continue // a duplicate is counted as such
    messages.add(mail.messageId)
    for (const id of mail.papers) {
      const key = `${mail.to} ${id}`
      if (seen.has(key)) twice++
      seen.add(key)
    }
  }
  return twice
}

function report(what: string, lines: string[]): void {
  for (const line of lines.slice(0, 5)) console.log(`  ${what}: ${line}`)
}

function reported(what: string, lines: string[]): number {
  report(what, lines)
  return lines.length
}
