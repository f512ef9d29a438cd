import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../../src/core/database/database.ts'
import { appleUnsubscribe, complaint, deliveryReport } from '../../support/bounce-emails.ts'
import { eventually } from '../../support/until.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { exitOf } from '../bench/delivery-bench.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { type ReturnsBench, type ReturnsWorker, returnsOn, untilRead, withReturns } from './bench.ts'
import { type Brought, bring, type Coming } from './client.ts'
import { CRASH_POINTS, type CrashPoint } from './crash-points.ts'
import { addReaders, type Reader } from './readers.ts'

/** The kinds of report, one for each reader, and what each must lead to, once. */
const KINDS = {
  dead: { state: 'suppressed', consents: ['suppressed'] },
  full: { state: 'paused', consents: ['paused'] },
  complaint: { state: 'suppressed', consents: ['suppressed', 'unsubscribed'] },
  wish: { state: 'unsubscribed', consents: ['unsubscribed'] },
  spam: { state: 'active', consents: [] },
} as const
type Kind = keyof typeof KINDS
const NAMES = Object.keys(KINDS) as Kind[]

interface Report extends Coming {
  kind: Kind
  reader: Reader
}

function reportFor(reader: Reader, kind: Kind): Report {
  const { address, envelope, unsubscribe, messageIdField } = reader
  const report = (said: string) =>
    deliveryReport({ recipient: address, said, original: { 'Message-ID': messageIdField } })
  const raws: Record<Kind, () => Buffer> = {
    dead: () => report('550 5.1.1 User unknown'),
    full: () => report('552 5.2.2 Mailbox full'),
    spam: () => report('554 5.7.1 Message rejected as spam'),
    complaint: () => complaint({ 'Message-ID': messageIdField }),
    wish: () => appleUnsubscribe(unsubscribe),
  }
  return { kind, reader, to: kind === 'wish' ? unsubscribe : envelope, raw: raws[kind]() }
}

export async function reportsFor(db: Database, count: number): Promise<Report[]> {
  const names = Array.from({ length: count }, (_, n) => `reader${n}@mail${n % 7}.example`)
  const readers = await addReaders(db, names)
  return readers.map((reader, n) => reportFor(reader, NAMES[n % NAMES.length]!))
}

export interface Judged {
  /** Answered with 250, and not there, or not read in the end. */
  lost: number
  /** Rows beyond one for each report, consents beyond those that a kind leads to, or other than they must be. */
  twice: number
  /** Readers who are not what they must be. */
  wrong: string[]
}

/** What the client knows beside what the database says. */
export async function judge(db: Database, taken: readonly Report[]): Promise<Judged> {
  const returned = await db.bounce.findMany({ select: { subscriberId: true } })
  const returnedFor = Map.groupBy(returned, ({ subscriberId }) => subscriberId)
  const consents = await db.consent.findMany({ select: { subscriberId: true, event: true } })
  const eventsOf = Map.groupBy(consents, ({ subscriberId }) => subscriberId)
  const readers = await db.subscriber.findMany({ select: { id: true, state: true } })
  const stateOf = new Map(readers.map(({ id, state }) => [id, state as string]))
  const judged: Judged = { lost: 0, twice: 0, wrong: [] }
  for (const { kind, reader } of taken) {
    const rows = returnedFor.get(reader.subscriberId)?.length ?? 0
    if (rows === 0) judged.lost++
    if (rows > 1) judged.twice++
    const { state, consents: must } = KINDS[kind]
    const events = (eventsOf.get(reader.subscriberId) ?? []).map(({ event }) => event as string).sort()
    if (events.length > must.length) judged.twice++
    if (events.join() !== must.join() || stateOf.get(reader.subscriberId) !== state)
      judged.wrong.push(`${kind}: ${stateOf.get(reader.subscriberId)} [${events}]`)
  }
  return judged
}

export const judgedInWords = ({ lost, twice, wrong }: Judged): string =>
  `lost ${lost}, acted twice ${twice}, wrong ${wrong.length}${wrong.length > 0 ? ` (${[...new Set(wrong)].slice(0, 3).join('; ')})` : ''}`

export const isSound = ({ lost, twice, wrong }: Judged): boolean => lost + twice + wrong.length === 0

/**
 * Frees the reports that a dead process had taken, as happens after a minute: the clock of the database cannot be moved.
 * Waits until no statement of the process runs: it could still take a report.
 */
async function letGo(db: Database): Promise<void> {
  await eventually(async () => (await othersBusy(db)) === 0, { seconds: MAX_BUSY_SECONDS })
  await db.$executeRaw`
    update report set taken_until = now() - interval '1 second' where state = 'waiting' and taken_until > now()`
}

/** Only ends a run that hangs. */
const MAX_BUSY_SECONDS = 60

/** Connections of other processes to this database that run a statement or are in a transaction. */
async function othersBusy(db: Database): Promise<number> {
  const [row] = await db.$queryRaw<{ busy: number }[]>`
    select count(*)::int as busy from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and backend_type = 'client backend' and state <> 'idle'`
  return row!.busy
}

const bringBoth = (reports: readonly Report[], { ports }: ReturnsBench, onTaken?: () => void) => {
  const ways = (['lmtp', 'smtp'] as const).map((way, n) =>
    bring(
      reports.filter((_, i) => i % 2 === n),
      { port: ports[way], channel: way, connections: 2, onTaken },
    ),
  )
  return Promise.all(ways).then(
    (all): Brought<Report> => ({
      taken: all.flatMap(({ taken }) => taken),
      refused: all.flatMap(({ refused }) => refused),
      again: all.reduce((sum, { again }) => sum + again, 0),
    }),
  )
}

type Plan = Record<Profile, { reports: number; kills: number; crashes: number }>
const PLAN: Plan = {
  ci: { reports: 200, kills: 3, crashes: 1 },
  nightly: { reports: 10_000, kills: 100, crashes: 15 },
}

interface Killed extends Judged {
  reports: number
  kills: number
  again: number
}

/** Kills the process that listens and reads, again and again, while reports come in; the last one reads the rest. */
async function killAtRandom(
  on: ReturnsBench,
  { reports: count, kills: times }: { reports: number; kills: number },
  part?: WrongPart,
): Promise<Killed> {
  const chance = chanceOfRow()
  const random = chance.random()
  const reports = await reportsFor(on.db, count)
  // One wave for each kill: else they are all taken before the last one.
  const waves = Array.from({ length: times }, (_, n) => reports.filter((_, i) => i % times === n))
  const taken: Report[] = []
  let [kills, again] = [0, 0]
  let worker = await on.startWorker({ part })
  for (const [n, wave] of waves.entries()) {
    let answered = 0
    const coming = bringBoth(wave, on, () => answered++)
    const after = Math.floor(random() * wave.length * 0.9)
    const ms = random() * 30
    chance.record(`kill ${n}, ${ms} ms after ${after} replies`)
    while (answered < after) await sleep(1)
    await sleep(ms)
    worker.child.kill('SIGKILL')
    await exitOf(worker.child)
    kills++
    await letGo(on.db)
    worker = await on.startWorker({ part })
    const brought = await coming
    taken.push(...brought.taken)
    again += brought.again
  }
  return { ...(await finish(on, worker, taken)), reports: count, kills, again }
}

async function finish(on: ReturnsBench, worker: ReturnsWorker, taken: readonly Report[]): Promise<Judged> {
  await untilRead(on.db)
  await worker.end()
  return judge(on.db, taken)
}

type Point = CrashPoint | 'answered'
const POINTS: Point[] = [...CRASH_POINTS, 'answered']
const PER_CRASH = 10

/** Workers that die one after the other, each at its point, while reports come in; one that lives reads the rest. */
async function killAtPoints(on: ReturnsBench, points: readonly Point[], part?: WrongPart): Promise<Killed> {
  const chance = chanceOfRow()
  const random = chance.random()
  const reports = await reportsFor(on.db, points.length * PER_CRASH)
  const coming: Promise<Brought<Report>>[] = []
  let kills = 0
  for (const [n, point] of points.entries()) {
    // After the reports that the one before had taken: otherwise all of them begin the same report.
    const nth = 2 + Math.floor(random() * (PER_CRASH - 3))
    chance.record(`crash ${n}: ${point}, time ${nth}`)
    const isOurs = point === 'answered'
    const doomed = await on.startWorker(isOurs ? {} : { crash: `${point}:${nth}`, part })
    let answered = 0
    const wave = reports.slice(n * PER_CRASH, (n + 1) * PER_CRASH)
    const bringing = bringBoth(wave, on, () => {
      if (isOurs && ++answered === nth) doomed.child.kill('SIGKILL')
    })
    coming.push(bringing)
    await exitOf(doomed.child)
    if (doomed.child.signalCode === 'SIGKILL') kills++
    await letGo(on.db)
  }
  const living = await on.startWorker()
  const brought = await Promise.all(coming)
  const judged = await finish(
    on,
    living,
    brought.flatMap(({ taken }) => taken),
  )
  const again = brought.reduce((sum, one) => sum + one.again, 0)
  return { ...judged, reports: reports.length, kills, again }
}

const inAll = (all: readonly Killed[]): Killed => ({
  lost: all.reduce((sum, { lost }) => sum + lost, 0),
  twice: all.reduce((sum, { twice }) => sum + twice, 0),
  wrong: all.flatMap(({ wrong }) => wrong),
  reports: all.reduce((sum, { reports }) => sum + reports, 0),
  kills: all.reduce((sum, { kills }) => sum + kills, 0),
  again: all.reduce((sum, { again }) => sum + again, 0),
})

export const killed: BatteryCase = {
  name: 'bounces-kill-readers',
  long: true,
  fault:
    'kill -9 of the process that listens and reads, at random and at each point from the email to its effect',
  invariant:
    'a report that got a 250 is processed once: one row, one consent; one that is sent again is not counted again',
  run: async (profile) => {
    const plan = PLAN[profile]
    const outcomes = await withReturns(async ({ bench }) => {
      const open = async () => returnsOn(await bench.beside({ emails: 0 }))
      const points = Array.from({ length: plan.crashes }, () => POINTS).flat()
      const half = points.length / 2
      return Promise.all([
        killAtRandom(await open(), plan),
        killAtPoints(await open(), points.slice(0, half)),
        killAtPoints(await open(), points.slice(half)),
      ])
    })
    const all = inAll(outcomes)
    const expected = plan.kills + POINTS.length * plan.crashes
    return {
      ok: isSound(all) && all.kills === expected,
      n: `${all.reports} reports, ${all.kills} kills, ${POINTS.length} points among them`,
      result: `${judgedInWords(all)}; brought again ${all.again}`,
    }
  },
}

const ANSWERS_FIRST: WrongPart = {
  real: 'src/bounces/accept-report.ts',
  wrong: 'test/battery/bounces/wrong-parts/acts-before-storing.ts',
}

/** Green where the battery sees that reports are lost. */
export const killedWrong: BatteryCase = {
  name: 'bounces-kill-readers-wrong-acts-before-storing',
  fault: 'a wrong variant: a report gets its 250 and is processed before it is stored',
  invariant: 'must be caught: reports are lost',
  run: async () => {
    const all = await withReturns((on) => killAtRandom(on, { reports: 100, kills: 1 }, ANSWERS_FIRST))
    const caught = all.lost > 0
    return {
      ok: caught,
      n: `${all.reports} reports, ${all.kills} kills`,
      result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${judgedInWords(all)}`,
    }
  },
}

const FORGETS: WrongPart = {
  real: 'src/bounces/report.repo.ts',
  wrong: 'test/battery/bounces/wrong-parts/accepts-duplicates.ts',
}

/** Green where the battery sees a report acted on twice. */
export const killedWrongTwice: BatteryCase = {
  name: 'bounces-kill-readers-wrong-accepts-duplicates',
  fault:
    'a wrong variant: a report that is sent again, after a kill between storing and the 250, is a new one',
  invariant: 'must be caught: reports are processed twice',
  run: async () => {
    const all = await withReturns((on) => killAtPoints(on, ['stored'], FORGETS))
    const caught = all.twice > 0 && all.kills === 1
    return {
      ok: caught,
      n: `${all.reports} reports, ${all.kills} kill`,
      result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${judgedInWords(all)}`,
    }
  },
}
