import { setTimeout as sleep } from 'node:timers/promises'
import { countRunningProcesses } from '../../../../src/core/database/process-lock.ts'
import { dayOf } from '../../../../src/core/dates.ts'
import type { ServiceDeps } from '../../../../src/core/deps.ts'
import { silentLog } from '../../../../src/core/log.ts'
import { openQueue } from '../../../../src/core/queue.ts'
import { dayTotals, isReconciled } from '../../../../src/digests/reconciliation.repo.ts'
import { noNamespaces } from '../../../support/network-namespaces.ts'
import { pgbouncerPath } from '../../../support/pgbouncer.ts'
import { eventually } from '../../../support/until.ts'
import type { BatteryCase, Profile } from '../../battery-case.ts'
import { chanceOfRow } from '../../bench/seeded-random.ts'
import { type Person, type World, withWorld } from '../../bench/world.ts'
import type { WrongPart } from '../../bench/wrong-part.ts'
import { inWords, type Judged, judge } from './judge.ts'
import { type Leaver, type Left, leave } from './leaving.ts'
import { CONNECTIONS, type PartName, type Scene, withScene } from './scene.ts'

const HOUR_MS = 3600 * 1000
const NUDGE_MS = 300
/** Each kill has its own subscribers, so that emails are being sent however long a start takes. */
const WAVE = 50
const LEAVE_EACH = 8
const MAX_BACK_SECONDS = 60
/** A process that lost its lock with the database takes it again within seconds. */
const MAX_LOCKED_SECONDS = 30
const MAX_DONE_SECONDS = 120
/** Emails without a reply are sent again after 15 minutes. */
const LATER_MS = 20 * 60_000
const PROCESSES: readonly PartName[] = ['web 1', 'web 2', 'schedule', 'worker 1', 'worker 2']
const WORKERS: readonly PartName[] = ['worker 1', 'worker 2']

/** How many emails the kill of a part may repeat: one for each SMTP connection that it ends. */
const REPEATS: Partial<Record<PartName, number>> = {
  'worker 1': CONNECTIONS,
  'worker 2': CONNECTIONS,
  postgres: 2 * CONNECTIONS,
  relay: 2 * CONNECTIONS,
}

/** Why it cannot run here; undefined if it can. */
const whyNot = (): string | undefined => (pgbouncerPath ? noNamespaces() : 'no pgbouncer on this machine')

interface Run {
  scene: Scene
  world: World
  deps: ServiceDeps
  hour: number
  people: number
  left: Promise<Left>[]
  /** Requests to a web process while the other one was killed, and those that it did not answer. */
  visits: { made: number; failed: number }
}

const emailOf = (n: number): string => `s${n}@${n % 2 === 0 ? 'big.example' : `small${n % 7}.example`}`

async function addWave(run: Run): Promise<string[]> {
  const from = run.people
  run.people += WAVE
  const person: Omit<Person, 'email'> = {
    state: 'active',
    topics: ['attention'],
    hour: run.hour,
    zone: 'UTC',
    days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
  }
  const emails = Array.from({ length: WAVE }, (_, n) => emailOf(from + n))
  await run.world.addPeople(emails.map((email) => ({ ...person, email })))
  return emails
}

/** They press their links, the first of them at the one web process, the second at the other. */
function leaveAll(run: Run, people: readonly Leaver[]): void {
  for (const [n, person] of people.entries()) run.left.push(leave(person, run.scene.sites, n))
}

async function leaversOf({ deps }: Run, emails: readonly string[]): Promise<Leaver[]> {
  const rows = await deps.db.subscriber.findMany({ where: { address: { in: emails.slice(-LEAVE_EACH) } } })
  return rows.map(({ id, address }) => ({ id, address: address! }))
}

async function visit(site: string): Promise<boolean> {
  return fetch(site, { headers: { connection: 'close' } }).then(
    ({ ok }) => ok,
    () => false,
  )
}

/** Asks the web process that goes on for pages until the one that was killed is back. */
async function visitOther(run: Run, killed: PartName, back: Promise<void>): Promise<void> {
  const site = run.scene.sites[killed === 'web 1' ? 1 : 0]
  let isBack = false
  const watch = back.finally(() => {
    isBack = true
  })
  while (!isBack) {
    run.visits.made++
    if (!(await visit(site))) run.visits.failed++
    await sleep(100)
  }
  await watch
}

/** Resolves once both web processes show pages: they find the database again by themselves. */
const isBack = ({ scene }: Run) =>
  eventually(async () => (await Promise.all(scene.sites.map(visit))).every(Boolean), {
    seconds: MAX_BACK_SECONDS,
  })

/** Half of those who leave do so just before the kill, the others just after it. */
async function killInTurn(run: Run, victims: readonly PartName[], minArrived: number): Promise<void> {
  const { scene } = run
  const chance = chanceOfRow()
  const random = chance.random()
  for (const [n, victim] of victims.entries()) {
    const emails = await addWave(run)
    const arrivedOfWave = () => scene.arrived().filter(({ to }) => emails.includes(to)).length
    // All of a wave are planned before the first of them gets an email.
    await eventually(() => arrivedOfWave() >= minArrived, { seconds: MAX_DONE_SECONDS })
    const leavers = await leaversOf(run, emails)
    leaveAll(run, leavers.slice(LEAVE_EACH / 2))
    const ms = random() * 500
    chance.record(`kill ${n}: ${victim}, after ${ms} ms`)
    await sleep(ms)
    await scene.kill(victim)
    leaveAll(run, leavers.slice(0, LEAVE_EACH / 2))
    const back = scene.start(victim)
    if (victim.startsWith('web')) await visitOther(run, victim, back)
    await back
    await isBack(run)
  }
}

const openBatches = ({ deps }: Run): Promise<number> => deps.db.batch.count({ where: { doneAt: null } })

async function whatIsOpen({ deps: { db } }: Run): Promise<string> {
  const digests = await db.digest.groupBy({ by: ['outcome'], _count: true })
  const messages = await db.message.groupBy({ by: ['state'], _count: true })
  const inWords = (name: string, count: number) => `${count} ${name}`
  return [
    ...digests.map(({ outcome, _count }) => inWords(`digests ${outcome}`, _count)),
    ...messages.map(({ state, _count }) => inWords(`messages ${state}`, _count)),
  ].join(', ')
}

/** Lets the workers finish; then one at a later time sends again what had no reply. */
async function finish(run: Run, from: Date): Promise<{ running: number; exits: (number | null)[] }> {
  const { scene, deps } = run
  const isFilled = async () =>
    (await deps.db.digest.count({ where: { outcome: { not: 'due' } } })) >= run.people
  const hasNoReady = async () =>
    (await deps.db.message.count({ where: { state: { in: ['ready', 'taken'] } } })) === 0
  await eventually(async () => (await isFilled()) && (await hasNoReady()), {
    seconds: MAX_DONE_SECONDS,
  }).catch(async () => {
    throw new Error(`not done: ${await whatIsOpen(run)}`)
  })
  const isHeld = async () => (await countRunningProcesses(deps.db)) === PROCESSES.length
  await eventually(isHeld, { seconds: MAX_LOCKED_SECONDS }).catch(() => {})
  const running = await countRunningProcesses(deps.db)
  const exits = await scene.stopServices()
  if ((await openBatches(run)) > 0) {
    await scene.startWorkerAt(new Date(from.getTime() + LATER_MS))
    await eventually(async () => (await openBatches(run)) === 0, { seconds: MAX_DONE_SECONDS })
    exits.push(...(await scene.stopServices()).slice(-1))
  }
  return { running, exits }
}

interface Outcome {
  judged: Judged
  people: number
  left: number
  visits: Run['visits']
  running: number
  exits: (number | null)[]
  /** What the day's totals say of those who were due. */
  due: number
  isBalanced: boolean
}

const runKilling = (
  victims: readonly PartName[],
  { part, minArrived = 4 }: { part?: WrongPart; minArrived?: number } = {},
): Promise<Outcome> =>
  withScene({ part }, async (scene) => {
    for (const name of ['postgres', 'relay', 'pgbouncer'] as const) await scene.start(name)
    const now = new Date()
    const day = dayOf(now)
    // They came before the hour at which their digest is due.
    return withWorld(scene, new Date(now.getTime() - 2 * HOUR_MS), async (world) => {
      await world.addPapers(day, ['Attention', 'More attention', 'Graphs'])
      await Promise.all(PROCESSES.map((name) => scene.start(name)))
      const queue = await openQueue(scene.settings.DATABASE_URL!, silentLog)
      const deps = { ...world.deps, queue }
      const visits = { made: 0, failed: 0 }
      const run: Run = { scene, world, deps, hour: now.getUTCHours(), people: 0, left: [], visits }
      const nudge = async () => {
        for (const name of ['plan', 'drain-bulk'] as const) await queue.nudge(name)
      }
      // The schedule does so once a minute. Without a database there is nothing to nudge.
      const nudges = setInterval(() => nudge().catch(() => {}), NUDGE_MS)
      try {
        await killInTurn(run, victims, minArrived)
        const left = await Promise.all(run.left)
        const ended = await finish(run, new Date())
        const counts = await dayTotals(deps.db, day)
        return {
          judged: await judge(deps.db, { arrived: scene.arrived(), left }),
          people: run.people,
          left: left.length,
          visits,
          ...ended,
          due: counts.due,
          isBalanced: isReconciled(counts) && counts.open === 0,
        }
      } finally {
        clearInterval(nudges)
        await queue.stop()
      }
    })
  })

const mostDoubles = (victims: readonly PartName[]): number =>
  victims.reduce((sum, victim) => sum + (REPEATS[victim] ?? 0), 0)

/** Missing replies slow the delivery down for some minutes, so that the relay is last. */
function victimsOf(profile: Profile): PartName[] {
  const random = chanceOfRow().random(1)
  const others: PartName[] = [...PROCESSES, 'pgbouncer', 'postgres']
  const rounds = profile === 'ci' ? 1 : 4
  const all = Array.from({ length: rounds }, () => others).flat()
  const shuffled = all.map((victim) => ({ victim, key: random() })).sort((a, b) => a.key - b.key)
  return [...shuffled.map(({ victim }) => victim), 'relay']
}

const howMany = ({ people, left }: Outcome, victims: readonly PartName[]): string =>
  `${people} subscribers, ${left} unsubscribes, ${victims.length} kills`

const inFigures = (outcome: Outcome, victims: readonly PartName[]): string => {
  const { judged, visits, running, exits, due, people, isBalanced } = outcome
  return [
    `${inWords(judged)} (duplicates ≤ ${mostDoubles(victims)})`,
    `due ${due} of ${people}, totals ${isBalanced ? '' : 'do not '}balance`,
    `${visits.made} requests to the other web process, ${visits.failed} failed`,
    `${running} of ${PROCESSES.length} processes hold their lock; exits ${[...new Set(exits)]}`,
  ].join('; ')
}

const anyKilled: BatteryCase = {
  name: 'split-kill-any',
  long: true,
  fault:
    'two web processes behind PgBouncer, a schedule, two workers, Postgres and a relay in network namespaces; kill -9 of each in turn during a delivery',
  invariant:
    'lost 0; duplicates ≤ SMTP connections that a kill ended; no email after an acknowledged unsubscribe; the other web process answers',
  run: async (profile) => {
    const reason = whyNot()
    if (reason) return reason
    const victims = victimsOf(profile)
    const outcome = await runKilling(victims)
    const { judged, visits, running, exits, due, people, isBalanced } = outcome
    const { lost, doubles, differing, misrecorded, afterLeaving, spared } = judged
    return {
      ok:
        lost + differing + misrecorded + afterLeaving === 0 &&
        doubles <= mostDoubles(victims) &&
        spared > 0 &&
        due === people &&
        isBalanced &&
        visits.made > 0 &&
        visits.failed === 0 &&
        running === PROCESSES.length &&
        exits.every((code) => code === 0),
      n: howMany(outcome, victims),
      result: inFigures(outcome, victims),
    }
  },
}

/** Passes if emails are sent twice more often than the kills explain. */
const wrongPart: BatteryCase = {
  name: 'split-kill-any-wrong-records-in-groups',
  fault: 'the same with kills of both workers, which record what they sent in groups of 25',
  invariant: 'must be caught: more duplicates than the kills explain',
  run: async () => {
    const reason = whyNot()
    if (reason) return reason
    const part: WrongPart = {
      real: 'src/mail/outbox/acceptance.repo.ts',
      wrong: 'test/battery/services/wrong-parts/records-in-groups.ts',
    }
    // Late enough for each worker to have sent a part of a group.
    const outcome = await runKilling(WORKERS, { part, minArrived: 24 })
    const caught = outcome.judged.doubles > mostDoubles(WORKERS)
    return {
      ok: caught,
      n: howMany(outcome, WORKERS),
      result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${inFigures(outcome, WORKERS)}`,
    }
  },
}

export const splitCases: BatteryCase[] = [anyKilled, wrongPart]
