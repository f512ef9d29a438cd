import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../../src/config/config.ts'
import { type MovableClock, stoppedClock } from '../../../src/core/clock.ts'
import { addDays, type Day } from '../../../src/core/dates.ts'
import { buildDeps, type Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { importPapers } from '../../../src/papers/import-papers.ts'
import { type Behaviour, type SmtpSink, startSmtpSink } from '../../support/smtp-sink.ts'
import { type Chance, chanceOfRow, faultsByRecipient } from '../bench/seeded-random.ts'
import { ownDatabase } from '../bench/shared-postgres.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import { readMail } from '../month/sink.ts'

const FIRST_DAY = '2026-11-02'
const JOINED = new Date('2026-11-01T12:00:00Z')
/** After the last day with papers: papers of failed digests are offered again, and nothing fails any more. */
const QUIET_DAYS = 3
const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const TOPICS = ['alpha', 'beta', 'alpha OR beta']

export interface OfferingRun {
  days: number
  subscribers: number
}

export interface Offered {
  emails: number
  /** Pairs of a subscriber and a paper that must be offered. */
  pairs: number
  twice: number
  never: number
  /** Offered to a subscriber whose topics do not match. */
  unrelated: number
  /** Attempts that the server refused, and bodies that it took without a reply. */
  refused: number
  unanswered: number
}

interface PaperOf {
  id: string
  title: string
  /** The day on which it is first listed, which may be later than its own day. */
  listed: Day
  comes: Day
}

/**
 * Days of papers, some of them late, some listed again by another source and in another version, and an SMTP server that
 * refuses some emails and does not reply to others. The offered papers are read from the bodies that arrived.
 */
export async function runOffering(run: OfferingRun, part?: WrongPart): Promise<Offered> {
  const { url, destroy } = await ownDatabase()
  const chance = chanceOfRow()
  const topicOf = subscribersOf(run)
  const fails = faultsByRecipient(chance, {
    recipients: [...topicOf.keys()],
    days: daysOf(run),
    shares: { refused: 0.2, 'no reply': 0.2 },
  })
  let today: Day = FIRST_DAY
  const refusal = (to: string): Behaviour | undefined =>
    fails(to, today, 'refused') ? '554 5.7.1 not this one' : undefined
  const silence = (to: string): Behaviour | undefined => (fails(to, today, 'no reply') ? 'close' : undefined)
  const sink = await startSmtpSink({ at: { rcpt: refusal, dot: silence } })
  const settings = {
    DATABASE_URL: url,
    SMTP_URL: `smtp://127.0.0.1:${sink.port}?connections=2`,
    WHEN_UNCERTAIN: 'hold',
    STOP_AT_REFUSED: '100',
    LOG_LEVEL: 'fatal',
  }
  const clock = stoppedClock(JOINED)
  const { deps, close } = await buildDeps(readConfig(settings), { clock, log: silentLog, connections: 2 })
  let worker: ChildProcess | undefined
  try {
    await addSubscribers(deps, topicOf)
    worker = await startWorker(settings, part)
    const papers = papersOf(chance, run.days)
    for (let n = 0; n < run.days + QUIET_DAYS; n++) {
      const day = addDays(FIRST_DAY, n)
      today = day
      await bringPapers(deps, clock, { day, papers })
      for (const phase of ['plan', 'deliver'] as const)
        await order(worker, { now: `${day}T08:05:00Z`, phase })
    }
    return compare(sink, topicOf, papers)
  } finally {
    worker?.disconnect()
    await close()
    await sink.close()
    await destroy()
  }
}

/** The days with papers, on which emails fail. */
const daysOf = ({ days }: OfferingRun): Day[] => Array.from({ length: days }, (_, n) => addDays(FIRST_DAY, n))

/** The topic of each address. Each is at its own domain, so that none waits for another. */
const subscribersOf = ({ subscribers }: OfferingRun): Map<string, string> =>
  new Map(Array.from({ length: subscribers }, (_, n) => [`s@y${n}.example`, TOPICS[n % TOPICS.length]!]))

async function addSubscribers(deps: Deps, topicOf: ReadonlyMap<string, string>): Promise<void> {
  for (const [email, topic] of topicOf) {
    const typed = { zone: 'UTC', hour: '8', days: EVERY_DAY, max: '25', consent: 'for these tests' }
    await addSubscriber(deps, { ...typed, email, topics: [topic] })
  }
}

/** Three a day; one in three is listed a day or two after its day. */
function papersOf(chance: Chance, days: number): PaperOf[] {
  const random = chance.random()
  return Array.from({ length: days * 3 }, (_, n) => {
    const listed = addDays(FIRST_DAY, Math.floor(n / 3))
    const comes = addDays(listed, random() < 0.33 ? 1 + Math.floor(random() * 2) : 0)
    const word = n % 3 === 0 ? 'beta' : 'alpha'
    return {
      id: `2611.${String(n + 1).padStart(5, '0')}`,
      title: `On ${word}, number ${n + 1}`,
      listed,
      comes,
    }
  })
}

/** The papers of a day, and those of the day before once more, from another source and in another version. */
async function bringPapers(
  deps: Deps,
  clock: MovableClock,
  { day, papers }: { day: Day; papers: PaperOf[] },
): Promise<void> {
  clock.moveTo(new Date(`${day}T06:00:00Z`))
  const yesterday = addDays(day, -1)
  const fresh = Map.groupBy(
    papers.filter(({ comes }) => comes === day),
    ({ listed }) => listed,
  )
  for (const [listed, some] of fresh) {
    const entries = some.map(({ id, title }) => ({ id, title, summary: 'A summary.' }))
    await importPapers(deps, { text: JSON.stringify(entries), day: listed })
  }
  const again = papers.filter(({ comes }) => comes === yesterday)
  if (again.length === 0) return
  const entries = again.map(({ id, title }) => ({
    paper: { id: `${id}v2`, title: `${title}!`, summary: 'Anew.' },
  }))
  await importPapers(deps, { text: JSON.stringify(entries), day })
}

export async function startWorker(
  settings: Record<string, string>,
  part: WrongPart | undefined,
  program = 'test/battery/month/worker.ts',
): Promise<ChildProcess> {
  const [file = '', ...args] = programWith(part, program)
  const root = resolve(import.meta.dirname, '../../..')
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env
  const worker = fork(join(root, file), args, {
    cwd: root,
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...settings },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  await answered(worker)
  return worker
}

export async function order(
  worker: ChildProcess,
  what: { now: string; phase: 'begin' | 'grade' | 'plan' | 'deliver' },
): Promise<void> {
  const done = answered(worker)
  worker.send(what)
  await done
}

/** Its next line. Throws if it ends before. */
async function answered(worker: ChildProcess): Promise<void> {
  const over = new AbortController()
  const { signal } = over
  const ended = once(worker, 'exit', { signal }).then(([code]) => {
    throw new Error(`a worker ended with ${code}`)
  })
  await Promise.race([once(worker, 'message', { signal }), ended]).finally(() => over.abort())
}

function compare(sink: SmtpSink, subscribers: Map<string, string>, papers: PaperOf[]): Offered {
  const times = new Map<string, number>()
  const emails = sink.mails.map(({ text, to }) => readMail(text, to)).filter(({ kind }) => kind === 'digest')
  for (const mail of emails) {
    for (const id of mail.papers) times.set(`${mail.to} ${id}`, (times.get(`${mail.to} ${id}`) ?? 0) + 1)
  }
  const wanted = [...subscribers].flatMap(([to, topic]) =>
    papers
      .filter(({ title }) => topic.split(' OR ').some((word) => title.includes(word)))
      .map(({ id }) => `${to} ${id}`),
  )
  return {
    emails: emails.length,
    pairs: wanted.length,
    twice: [...times.values()].filter((count) => count > 1).length,
    never: wanted.filter((pair) => !times.has(pair)).length,
    unrelated: times
      .keys()
      .filter((pair) => !wanted.includes(pair))
      .toArray().length,
    refused: sink.recipients.length - sink.mails.length,
    unanswered: sink.mails.length - sink.accepted.length,
  }
}
