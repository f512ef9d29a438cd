import type { ChildProcess } from 'node:child_process'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../../src/config/config.ts'
import { type MovableClock, stoppedClock } from '../../../src/core/clock.ts'
import { addDays, type Day } from '../../../src/core/dates.ts'
import { buildDeps, type Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { importPapers } from '../../../src/papers/import-papers.ts'
import { CARS, CELLS, learnSpace } from '../../support/learned-space.ts'
import { type Behaviour, type SmtpSink, startSmtpSink } from '../../support/smtp-sink.ts'
import { chanceOfRow, faultsByRecipient } from '../bench/seeded-random.ts'
import { ownDatabase } from '../bench/shared-postgres.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { type CaughtMail, readMail } from '../month/sink.ts'
import { order, startWorker } from './offered.ts'

const FIRST_DAY = '2026-11-02'
const JOINED = new Date('2026-11-01T12:00:00Z')
/** After the last day with papers: emails that failed are planned again, and no more fail. */
const QUIET_DAYS = 3
const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
/** In one email: docs/queries.md. */
const MAX_RELATED = 3
/** Papers are related to the first; the second matches the same papers once they have votes. */
const RELATED_TOPIC = 'car engine'
const VOTES_TOPIC = 'automobile votes>=20'

/** Daily and weekly subscribers, with and without the topic with votes. */
const KINDS = [
  { topics: [RELATED_TOPIC], days: EVERY_DAY },
  { topics: [RELATED_TOPIC, VOTES_TOPIC], days: EVERY_DAY },
  { topics: [RELATED_TOPIC, VOTES_TOPIC], days: ['sun'] },
]

export interface RelatedRun {
  days: number
  subscribers: number
}

export interface RelatedPapersSeen {
  emails: number
  /** Emails without a match. */
  onlyRelated: number
  /** Pairs of a subscriber and a paper that was offered to them more than once. */
  twice: number
  /** Pairs of a daily subscriber and a paper that was not offered to them, although it matched or there was room for it. */
  never: number
  /** Pairs of a daily subscriber and a related paper for which the next email that arrived had no room. */
  leftOut: number
  refused: number
}

/**
 * Each day has a paper that is related to a topic, and some days one that matches it. On the day after, another source
 * lists them again with 25 votes, so that a second topic matches the first. The mail server refuses some emails. What was
 * offered is read from the bodies that arrived.
 */
export async function runRelatedPapers(run: RelatedRun, part?: WrongPart): Promise<RelatedPapersSeen> {
  const { url, destroy } = await ownDatabase()
  const subscribers = subscribersOf(run)
  const fails = faultsByRecipient(chanceOfRow(), {
    recipients: subscribers.map(({ email }) => email),
    days: Array.from({ length: run.days }, (_, n) => addDays(FIRST_DAY, n)),
    shares: { refused: 0.15 },
  })
  let today: Day = FIRST_DAY
  const refusal = (to: string): Behaviour | undefined =>
    fails(to, today, 'refused') ? '554 5.7.1 not this one' : undefined
  const sink = await startSmtpSink({ at: { rcpt: refusal } })
  const settings = {
    DATABASE_URL: url,
    SMTP_URL: `smtp://127.0.0.1:${sink.port}?connections=2`,
    STOP_AT_REFUSED: '100',
    LOG_LEVEL: 'fatal',
  }
  const clock = stoppedClock(JOINED)
  const { deps, close } = await buildDeps(readConfig(settings), { clock, log: silentLog, connections: 2 })
  let worker: ChildProcess | undefined
  try {
    await learnSpace(deps.db)
    await importOn(deps, addDays(FIRST_DAY, -20), numbered(CARS, 9000))
    await addSubscribers(deps, subscribers)
    worker = await startWorker(settings, part)
    for (let n = 0; n < run.days + QUIET_DAYS; n++) {
      const day = addDays(FIRST_DAY, n)
      today = day
      await importDay(deps, clock, { day, n, isLast: n >= run.days })
      for (const phase of ['plan', 'deliver'] as const)
        await order(worker, { now: `${day}T08:05:00Z`, phase })
    }
    return compare(sink, subscribers, run.days)
  } finally {
    worker?.disconnect()
    await close()
    await sink.close()
    await destroy()
  }
}

interface RelatedSubscriber {
  email: string
  topics: string[]
  days: string[]
}

/** Each at their own domain, so that none waits for another. */
const subscribersOf = ({ subscribers }: RelatedRun): RelatedSubscriber[] =>
  Array.from({ length: subscribers }, (_, n) => ({ email: `s@y${n}.example`, ...KINDS[n % KINDS.length]! }))

async function addSubscribers(deps: Deps, subscribers: readonly RelatedSubscriber[]): Promise<void> {
  for (const subscriber of subscribers)
    await addSubscriber(deps, { ...subscriber, zone: 'UTC', hour: '8', max: '25', consent: 'for a test' })
}

interface Entry {
  id: string
  title: string
}

const idOf = (number: number): string => `2611.${String(number).padStart(5, '0')}`
const numbered = (titles: readonly string[], first: number): Entry[] =>
  titles.map((title, i) => ({ id: idOf(first + i), title }))

const PAPERS_A_DAY = 100
const relatedOn = (n: number): Entry => ({ id: idOf(n * PAPERS_A_DAY + 1), title: `Automobile engine ${n}` })
const matchOn = (n: number): Entry[] =>
  n % 3 === 2 ? [{ id: idOf(n * PAPERS_A_DAY + 2), title: `A car engine ${n}` }] : []

interface ImportedDay {
  day: Day
  n: number
  /** Lists only the papers of the day before again. */
  isLast: boolean
}

async function importDay(deps: Deps, clock: MovableClock, { day, n, isLast }: ImportedDay): Promise<void> {
  clock.moveTo(new Date(`${day}T06:00:00Z`))
  if (!isLast)
    await importOn(deps, day, [relatedOn(n), ...matchOn(n), ...numbered(CELLS, n * PAPERS_A_DAY + 10)])
  if (n === 0) return
  const again = [relatedOn(n - 1), ...matchOn(n - 1)].map(({ id, title }) => ({
    paper: { id: `${id}v2`, title: `${title}!`, summary: 'Again.', upvotes: 25 },
  }))
  await importPapers(deps, { text: JSON.stringify(again), day })
}

const importOn = (deps: Deps, day: Day, entries: readonly Entry[]) =>
  importPapers(deps, {
    text: JSON.stringify(entries.map((entry) => ({ ...entry, summary: 'A summary.' }))),
    day,
  })

function compare(sink: SmtpSink, subscribers: readonly RelatedSubscriber[], days: number): RelatedPapersSeen {
  const digests = sink.mails.map(({ text, to }) => readMail(text, to)).filter(({ kind }) => kind === 'digest')
  const offered = digests.flatMap(({ to, papers }) => papers.map((id) => `${to} ${id}`))
  const numbers = Array.from({ length: days }, (_, n) => n)
  const close = new Set(numbers.map((n) => relatedOn(n).id))
  const daily = subscribers.filter((one) => one.days === EVERY_DAY)
  const missing = daily.map((one) =>
    missingIn(
      digests.filter(({ to }) => to === one.email),
      { hasVotes: one.topics.includes(VOTES_TOPIC), days },
    ),
  )
  return {
    emails: digests.length,
    onlyRelated: digests.filter(({ papers }) => papers.every((id) => close.has(id))).length,
    twice: new Set(offered.filter((pair, i) => offered.indexOf(pair) !== i)).size,
    never: missing.reduce((sum, { never }) => sum + never, 0),
    leftOut: missing.reduce((sum, { leftOut }) => sum + leftOut, 0),
    refused: sink.recipients.length - sink.mails.length,
  }
}

/**
 * What the emails of one daily subscriber should have offered and did not. After refused ones, an email offers the papers
 * of all their days: every match, and up to three related papers. Those beyond three are left out.
 */
function missingIn(
  emails: readonly CaughtMail[],
  { hasVotes, days }: { hasVotes: boolean; days: number },
): Pick<RelatedPapersSeen, 'never' | 'leftOut'> {
  const emailOf = new Map(emails.map((email) => [email.at.slice(0, 10), email]))
  const missing = { never: 0, leftOut: 0 }
  let waiting: { id: string; isRelated: boolean }[] = []
  for (let n = 0; n < days + QUIET_DAYS; n++) {
    // The papers of the day before have votes by now.
    if (hasVotes) waiting = waiting.map(({ id }) => ({ id, isRelated: false }))
    if (n < days) {
      waiting.push({ id: relatedOn(n).id, isRelated: true })
      waiting.push(...matchOn(n).map(({ id }) => ({ id, isRelated: false })))
    }
    const email = emailOf.get(addDays(FIRST_DAY, n))
    if (!email) continue
    const isOffered = ({ id }: { id: string }) => email.papers.includes(id)
    const hasRoom = waiting.filter((paper) => paper.isRelated && isOffered(paper)).length < MAX_RELATED
    for (const { isRelated } of waiting.filter((paper) => !isOffered(paper)))
      missing[isRelated && !hasRoom ? 'leftOut' : 'never']++
    waiting = []
  }
  return { ...missing, never: missing.never + waiting.length }
}
