import { setTimeout as sleep } from 'node:timers/promises'
import { isKept } from '../../support/smtp-sink.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { type Bench, type BenchOptions, exitOf, withBench } from '../bench/delivery-bench.ts'
import { endService, type ServiceProcess } from '../bench/services.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { at, type JumpWorld, LATE, noJumps, withJumpWorld } from './jump-world.ts'

/** The offsets of the clock, each jump by three hours. */
const ROUND = ['+3h', '+0', '-3h', '+0']
const JUMPS: Record<Profile, number> = { ci: 4, nightly: 40 }
const BETWEEN_JUMPS_MS = 1500
const CONNECTIONS = 2
const BENCH: BenchOptions = {
  emails: 0,
  connections: CONNECTIONS,
  // Long enough for a busy machine: a lease that is lost is lost because of the clock.
  settings: { LEASE_SECONDS: '5', LEASE_RENEW_SECONDS: '1' },
  sink: { delayMs: 150, rules: [{ step: 'rcpt', does: '451 4.3.0 not now', domain: LATE }] },
}
/** Five seconds of lease, and until the other service has sent what it holds: up to 200 emails, 13 a second. */
const MAX_TAKEOVER_MS = 30_000
const MAX_END_MS = 60_000

interface Jumped {
  /** The process's own log shows a time three hours later, and three hours earlier. */
  forth: boolean
  back: boolean
  /** Messages whose batch was taken from a worker that was alive, and leases that a worker lost. */
  takenOver: number
  doubles: number
}

interface Judged {
  /** Subscribers without exactly one digest, and one email or its outcome. */
  wrong: number
  /** Emails that ended because a jump passed their deadline. */
  ended: number
  emails: number
  doublesByKill: number
}

type Outcome = Jumped & Judged & { takeoverMs: number }

/** Whether it holds a batch that other workers may take: not one that is only ready for a clock three hours ahead. */
const holds = async ({ deps: { db } }: JumpWorld, { child }: ServiceProcess): Promise<boolean> => {
  const where = { owner: { startsWith: `${child.pid}-` }, notBefore: { lt: at('22:30') } }
  return (await db.batch.count({ where })) > 0
}

/** The clock of one of two services jumps while it works; in the end it is three hours ahead, and holds a batch. */
async function jump(world: JumpWorld, jumper: ServiceProcess, steady: ServiceProcess, jumps: number) {
  await world.until(async () => (await holds(world, jumper)) && (await holds(world, steady)))
  for (let time = 0; time < jumps; time++) {
    world.jumpTo(ROUND[time % ROUND.length]!)
    await world.fillUp()
    await sleep(BETWEEN_JUMPS_MS)
    if (jumper.child.exitCode !== null) throw new Error('the service whose clock jumps ended too early')
  }
  await world.fillUp()
  await world.until(() => holds(world, jumper))
  world.jumpTo('+3h')
  await sleep(BETWEEN_JUMPS_MS / 3)
  const offsets = jumper.logged.map(({ time, seenAt }) => (Date.parse(String(time)) - seenAt) / 3600_000)
  const lost = [jumper, steady].flatMap(({ logged }) => logged.filter(({ event }) => event === 'batch.lost'))
  return {
    forth: offsets.some((hours) => hours > 2.9),
    back: offsets.some((hours) => hours < -2.9),
    takenOver: lost.length + (await world.deps.db.attempt.count({ where: { outcome: 'lost' } })),
    doubles: doublesIn(world.bench),
  }
}

/** Kills the service that is ahead; others finish. */
async function run(world: JumpWorld, jumps: number): Promise<Outcome> {
  const { db } = world.deps
  const [jumper, steady] = [world.beginJumper(), world.begin()]
  await Promise.all([jumper.started, steady.started])
  const jumped = await jump(world, jumper, steady, jumps)
  jumper.child.kill('SIGKILL')
  await exitOf(jumper.child)
  const takeoverMs = await world.until(async () => !(await holds(world, jumper)), MAX_TAKEOVER_MS)
  await endService(steady)
  if (takeoverMs < MAX_TAKEOVER_MS) {
    const later = world.beginLater()
    await later.started
    // It may be the first to plan subscribers whose hour a jump passed.
    const isPlanned = async () =>
      (await db.digest.count({ where: { outcome: { not: 'due' } } })) >= world.people()
    const isSent = async () => (await db.batch.count({ where: { doneAt: null } })) === 0
    await world.until(async () => (await isPlanned()) && (await isSent()), MAX_END_MS)
    await endService(later)
  }
  const { doublesInAll, ...judged } = await judge(world)
  return { ...jumped, takeoverMs, ...judged, doublesByKill: doublesInAll - jumped.doubles }
}

const arrivedIn = (bench: Bench) => bench.arrived().filter(isKept)

function doublesIn(bench: Bench): number {
  const arrived = arrivedIn(bench)
  return arrived.length - new Set(arrived.map(({ messageId }) => messageId)).size
}

async function judge({ bench, people, deps: { db } }: JumpWorld) {
  const subscribers = await db.subscriber.findMany({ include: { digests: true, messages: true } })
  const mailsOf = Map.groupBy(arrivedIn(bench), ({ to }) => to)
  const right = subscribers.filter(({ address, digests, messages: [message, ...more] }) => {
    const emails = new Set(mailsOf.get(address!)?.map(({ messageId }) => messageId)).size
    const isMailed = message?.state === 'accepted'
    const mayEnd = address!.endsWith(LATE)
    const isEnded = mayEnd && (message?.reason === 'expired' || digests[0]?.outcome === 'missed')
    return digests.length === 1 && more.length === 0 && emails === Number(isMailed) && (isMailed || isEnded)
  })
  return {
    wrong: people() - right.length,
    ended: right.filter(({ messages: [message] }) => message?.state !== 'accepted').length,
    emails: arrivedIn(bench).length,
    doublesInAll: doublesIn(bench),
  }
}

const isRight = (one: Outcome): boolean =>
  one.takenOver + one.doubles + one.wrong === 0 &&
  one.doublesByKill <= CONNECTIONS &&
  one.takeoverMs < MAX_TAKEOVER_MS

function inFigures({ takenOver, doubles, takeoverMs, wrong, ended, emails, doublesByKill }: Outcome): string {
  const takeover = Number.isFinite(takeoverMs) ? `after ${(takeoverMs / 1000).toFixed(1)} s` : 'never'
  return `${emails} emails; wrong ${wrong}, expired by a jump ${ended}; batches taken from a live worker ${takenOver}, duplicates ${doubles}; killed while ahead: taken over ${takeover}, duplicates ${doublesByKill} (≤ ${CONNECTIONS})`
}

const jumpRun = (jumps: number, part?: WrongPart): Promise<Outcome> =>
  withBench(BENCH, (bench) => withJumpWorld(bench, part, (world) => run(world, jumps)))

const clockJumps: BatteryCase = {
  name: 'clock-jumps',
  runsAlone: true,
  fault: 'the clock of one of two services jumps by 3 h, forward and back, while emails are sent',
  invariant:
    'one digest and one email each; no lease ends early or lasts longer; expired emails are recorded',
  run: async (profile) => {
    if (noJumps) return noJumps
    const outcome = await jumpRun(JUMPS[profile])
    const { forth, back } = outcome
    return {
      ok: isRight(outcome) && forth && back && outcome.ended > 0,
      n: `${JUMPS[profile]} jumps${forth && back ? '' : ', THE CLOCK DID NOT JUMP'}`,
      result: inFigures(outcome),
    }
  },
}

/** Passes if the counts show it. */
const ownClock: BatteryCase = {
  name: 'clock-jumps-wrong-leases-by-own-clock',
  fault: 'the clock of one service jumps by 3 h, and leases are compared with the clock of each worker',
  invariant: 'must be caught: batches are taken from a live worker, or a killed one is waited for',
  run: async () => {
    if (noJumps) return noJumps
    const outcome = await jumpRun(2, {
      real: 'src/mail/outbox/batch.repo.ts',
      wrong: 'test/battery/clock/wrong-parts/leases-by-own-clock.ts',
    })
    const caught = outcome.takenOver + outcome.doubles > 0 || outcome.takeoverMs > MAX_TAKEOVER_MS
    return { ok: caught, n: '2 jumps', result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${inFigures(outcome)}` }
  },
}

export const jumpCases: BatteryCase[] = [clockJumps, ownClock]
