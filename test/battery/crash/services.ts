import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceDeps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { openQueue } from '../../../src/core/queue.ts'
import { dayTotals, isReconciled } from '../../../src/digests/reconciliation.repo.ts'
import { nudgeAll } from '../../../src/service/schedule.ts'
import type { Role } from '../../../src/service/service.ts'
import { isKept } from '../../support/smtp-sink.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { type Bench, type BenchOptions, withBench } from '../bench/delivery-bench.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import { beginService, endService, type ServiceProcess } from '../bench/services.ts'
import { type Person, type World, withWorld } from '../bench/world.ts'
import type { WrongPart } from '../bench/wrong-part.ts'

const MAX_DURATION_MS = 180_000
const KILLS: Record<Profile, number> = { ci: 9, nightly: 100 }
const SERVICES: Role[][] = [['worker'], ['worker'], ['worker'], ['schedule'], ['schedule']]
const BENCH: BenchOptions = { emails: 0, connections: 4, sink: { delayMs: 50 } }

/** A Tuesday. */
const DATE = '2026-11-24'
const CAME = new Date(`${DATE}T07:00:00Z`)
const EIGHT = new Date(`${DATE}T08:00:05Z`)

type Expected = 'planned' | 'nothing_matched' | 'paused'

/** The subscribers of each wave, how many, and the outcome of their digest; undefined: they are not due. */
const GROUPS: [count: number, expected: Expected | undefined, person: Partial<Person>][] = [
  [40, 'planned', {}],
  [8, 'nothing_matched', { topics: ['palaeobotany'] }],
  [4, 'paused', { state: 'paused' }],
  [3, undefined, { state: 'pending' }],
  [2, undefined, { state: 'unsubscribed' }],
  [2, undefined, { state: 'suppressed' }],
  [3, undefined, { days: ['wed'] }],
]

const PERSON: Omit<Person, 'email'> = {
  state: 'active',
  topics: ['attention'],
  hour: 8,
  zone: 'UTC',
  days: ['mon', 'tue'],
}

interface Guest extends Person {
  expected: Expected | undefined
}

function wave(name: string): Guest[] {
  return GROUPS.flatMap(([count, expected, person], group) =>
    Array.from({ length: count }, (_, n) => ({
      ...PERSON,
      ...person,
      email: `${name}-${group}-${n}@y.example`,
      expected,
    })),
  )
}

interface Run {
  bench: Bench
  world: World
  deps: ServiceDeps
  /** The time of the clock of a process that starts now. */
  now: () => Date
  services: ServiceProcess[]
  part?: WrongPart
}

const begin = ({ bench, now, part }: Run, roles: readonly Role[]) =>
  beginService(bench, { roles, now: now(), part })

/** Nudges, as a service does once a minute, until every subscriber who is due has an outcome and no email is open. */
async function untilDone({ deps }: Run, guests: readonly Guest[]): Promise<void> {
  const { db } = deps
  const due = guests.filter(({ expected }) => expected).length
  const giveUpAt = performance.now() + MAX_DURATION_MS
  for (;;) {
    await nudgeAll(deps)
    await sleep(200)
    const filled = await db.digest.count({ where: { outcome: { not: 'due' } } })
    if (filled >= due && (await db.batch.count({ where: { doneAt: null } })) === 0) return
    if (performance.now() > giveUpAt) throw new Error(`only ${filled} of ${due} digests, or emails are open`)
  }
}

/** Each wave is added while the previous one is planned or sent; meanwhile a process is killed and started again. */
async function killAny(run: Run, kills: number): Promise<{ guests: Guest[]; killed: ServiceProcess[] }> {
  const chance = chanceOfRow()
  const random = chance.random()
  const guests: Guest[] = []
  const killed: ServiceProcess[] = []
  for (let kill = 0; kill < kills; kill++) {
    const came = wave(`kill-${kill}`)
    await run.world.addPeople(came)
    guests.push(...came)
    const which = Math.floor(random() * run.services.length)
    const victim = run.services[which]!
    await victim.started
    await nudgeAll(run.deps)
    const ms = 150 + random() * 550
    chance.record(`kill ${kill}: process ${which}, after ${ms} ms`)
    await sleep(ms)
    if (victim.child.kill('SIGKILL')) killed.push(victim)
    run.services[which] = begin(run, victim.roles)
  }
  return { guests, killed }
}

interface Judged {
  /** Subscribers whose digest, message or email is not the expected one. */
  wrong: string[]
  doubles: number
  /** Messages with copies that differ. */
  differing: number
}

/** Compares every subscriber with the digests of the database and the emails that arrived. */
async function judge({ bench, deps: { db } }: Run, guests: readonly Guest[]): Promise<Judged> {
  const digests = await db.digest.findMany({ include: { subscriber: true, message: true } })
  const digestsOf = Map.groupBy(digests, ({ subscriber }) => subscriber.address!)
  const mailsOf = Map.groupBy(bench.arrived().filter(isKept), ({ to }) => to)
  const wrong = guests.filter(({ email, expected }) => {
    const [digest, ...more] = digestsOf.get(email) ?? []
    const ids = new Set(mailsOf.get(email)?.map(({ messageId }) => messageId))
    const isMailed = digest?.message?.state === 'accepted'
    return (
      more.length > 0 ||
      digest?.outcome !== expected ||
      isMailed !== (expected === 'planned') ||
      ids.size !== (expected === 'planned' ? 1 : 0)
    )
  })
  const copies = guests.map(({ email }) => mailsOf.get(email) ?? []).filter(({ length }) => length > 1)
  return {
    wrong: wrong.map(({ email }) => email),
    doubles: copies.reduce((sum, { length }) => sum + length - 1, 0),
    differing: copies.filter((all) => new Set(all.map(({ hash }) => hash)).size > 1).length,
  }
}

const withServices = <T>(bench: Bench, many: Role[][], work: (run: Run) => Promise<T>, part?: WrongPart) =>
  withWorld(bench, CAME, async (world) => {
    await world.addPapers(DATE, ['Attention', 'More attention', 'Graphs'])
    const queue = await openQueue(bench.databaseUrl, silentLog)
    const begun = performance.now()
    const now = () => new Date(EIGHT.getTime() + performance.now() - begun)
    const run: Run = { bench, world, deps: { ...world.deps, queue }, now, services: [], part }
    run.services = many.map((roles) => begin(run, roles))
    await Promise.all(run.services.map(({ started }) => started))
    try {
      return await work(run)
    } finally {
      await queue.stop()
    }
  })

/** A wave without a kill, then one for each kill. */
const runKilling = (kills: number, part?: WrongPart) =>
  withBench(BENCH, (bench) => {
    const work = async (run: Run) => {
      const calm = wave('calm')
      await run.world.addPeople(calm)
      await untilDone(run, calm)
      const before = await judge(run, calm)
      const { guests, killed } = await killAny(run, kills)
      const all = [...calm, ...guests]
      await untilDone(run, all)
      const exits = await Promise.all(run.services.map(endService))
      const after = await judge(run, all)
      const counts = await dayTotals(run.deps.db, DATE)
      const due = all.filter(({ expected }) => expected).length
      const workers = killed.filter(({ roles }) => roles.includes('worker')).length
      const people = all.length
      return {
        ...{ people, kills: killed.length, workers, most: workers * BENCH.connections },
        ...{ before, after, counts, due, exits },
      }
    }
    return withServices(bench, SERVICES, work, part)
  })

type Killed = Awaited<ReturnType<typeof runKilling>>

const howMany = ({ people, kills, workers }: Killed): string =>
  `${people} subscribers, ${kills} kills, ${workers} of them workers`

const inFigures = ({ before, after, most, counts, due, exits }: Killed): string =>
  `due ${counts.due} (${due}), wrong ${after.wrong.length}${after.wrong.slice(0, 3)}, duplicates ${after.doubles} (≤ ${most}), without a kill ${before.doubles}, differing ${after.differing}; totals ${isReconciled(counts) ? '' : 'do not '}balance; exits ${[...new Set(exits)]}`

const anyKilled: BatteryCase = {
  name: 'kill-services',
  long: true,
  fault: 'kill -9 of any of 3 workers and 2 schedulers, while subscribers are added and emails are sent',
  invariant:
    'one digest for each subscriber who is due; duplicates ≤ connections × workers killed, 0 without a kill',
  run: async (profile) => {
    const outcome = await runKilling(KILLS[profile])
    const { before, after, most, counts, due, exits } = outcome
    return {
      ok:
        before.wrong.length + before.doubles === 0 &&
        after.wrong.length + after.differing === 0 &&
        after.doubles <= most &&
        counts.due === due &&
        counts.open === 0 &&
        isReconciled(counts) &&
        exits.every((code) => code === 0),
      n: howMany(outcome),
      result: inFigures(outcome),
    }
  },
}

/** Passes if emails are sent twice. */
const wrongPart: BatteryCase = {
  name: 'kill-services-wrong-takes-leased-batches',
  fault: 'kill -9 of workers and schedulers, and a worker leases batches that another one holds',
  invariant: 'must be caught: duplicates without a kill, and more than the kills explain',
  run: async () => {
    const outcome = await runKilling(3, {
      real: 'src/mail/outbox/batch.repo.ts',
      wrong: 'test/battery/clock/wrong-parts/takes-leased-batches.ts',
    })
    const { before, after, most } = outcome
    const caught = before.doubles > 0 && after.doubles > most
    return {
      ok: caught,
      n: howMany(outcome),
      result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${inFigures(outcome)}`,
    }
  },
}

export const serviceCases: BatteryCase[] = [anyKilled, wrongPart]
