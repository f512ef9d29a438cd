import { dayOf, WEEKDAYS } from '../../../src/core/dates.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { type Arrivals, type Bench, compare, inWords, withBench } from '../bench/delivery-bench.ts'
import { type Reply, startClockedProcesses } from '../bench/ticking.ts'
import { type Person, type World, withWorld } from '../bench/world.ts'
import type { WrongPart } from '../bench/wrong-part.ts'

const SLOTS: Record<Profile, number> = { ci: 25, nightly: 1000 }
const PROCESSES = 4
/** Subscribers of each schedule. */
const PEOPLE = 4
const FIRST_SLOT = new Date('2026-11-24T00:00:00Z')
const HALF_HOUR_MS = 30 * 60_000
/** Every subscriber's next hour is one of the slots. */
const CAME = new Date('2026-11-23T23:59:00Z')
/** The hours of one schedule are full hours, those of the other half past: one schedule is due at each slot. */
const ZONES = ['UTC', 'Asia/Kolkata']

const slotAt = (n: number): Date => new Date(FIRST_SLOT.getTime() + n * HALF_HOUR_MS)

const people = (): Person[] =>
  ZONES.flatMap((zone) =>
    Array.from({ length: 24 * PEOPLE }, (_, n) => ({
      email: `${zone.slice(0, 3).toLowerCase()}-${n}@y.example`,
      state: 'active',
      topics: ['attention'],
      hour: n % 24,
      zone,
      days: WEEKDAYS,
    })),
  )

interface Outcome extends Arrivals {
  slots: number
  /** Slots that were not claimed by exactly one process. */
  wronglyClaimed: number
  /** Minutes in which a process failed. */
  failed: number
  plans: number
  digests: number
  messages: number
}

async function fire(bench: Bench, { deps: { db }, ...world }: World, slots: number, part?: WrongPart) {
  await world.addPeople(people())
  const processes = await startClockedProcesses(PROCESSES, bench.settings, part)
  const count = { wronglyClaimed: 0, failed: 0 }
  try {
    for (let n = 0; n < slots; n++) {
      const now = slotAt(n)
      world.clock.moveTo(now)
      if (n % 48 === 0) await world.addPapers(dayOf(now), [`Attention ${n}`])
      const claims = await processes.all('tick', now)
      const works = [...(await processes.all('plan', now)), ...(await processes.all('deliver', now))]
      if (claims.filter(isTrue).length !== 1) count.wronglyClaimed++
      if ([...claims, ...works].some((reply) => 'error' in reply)) count.failed++
    }
  } finally {
    processes.end()
  }
  const [plans, digests, messages] = await Promise.all([
    db.plan.count(),
    db.digest.count(),
    db.message.count(),
  ])
  return { ...count, slots, plans, digests, messages, ...(await compare(db, bench.arrived())) }
}

const isTrue = (reply: Reply): boolean => 'value' in reply && reply.value === true

const run = (bench: Bench, slots: number, part?: WrongPart): Promise<Outcome> =>
  withWorld(bench, CAME, (world) => fire(bench, world, slots, part))

const NO_EMAILS = { emails: 0, connections: 1 }

/** One schedule is due at each slot: one plan, and a digest and an email for each of its subscribers. */
const isRight = (outcome: Outcome): boolean => {
  const { slots, plans, digests, messages, wronglyClaimed, failed } = outcome
  const { lost, doubles, differing, misrecorded } = outcome
  return (
    plans === slots &&
    digests === slots * PEOPLE &&
    messages === digests &&
    wronglyClaimed + failed + lost + doubles + differing + misrecorded === 0
  )
}

function inFigures(outcome: Outcome): string {
  const { plans, digests, messages, wronglyClaimed, failed } = outcome
  return `${plans} plans, ${digests} digests, ${messages} messages; ${inWords(outcome)}; slots not claimed once ${wronglyClaimed}, minutes with an error ${failed}`
}

const doubleCron: BatteryCase = {
  name: 'overlapping-schedules',
  long: true,
  fault: `the schedules of ${PROCESSES} processes tick in the same minute`,
  invariant:
    'each minute is claimed once; one plan for each schedule and date, one email for each subscriber',
  run: async (profile) => {
    const outcome = await withBench(NO_EMAILS, (bench) => run(bench, SLOTS[profile]))
    return {
      ok: isRight(outcome),
      n: `${outcome.slots} minutes, ${PROCESSES} processes, ${people().length} subscribers`,
      result: inFigures(outcome),
    }
  },
}

interface Wrong {
  part: WrongPart
  sees: 'wronglyClaimed' | 'doubles'
}

const WRONG: Record<string, Wrong> = {
  'claims-by-looking': {
    part: {
      real: 'src/core/tick.repo.ts',
      wrong: 'test/battery/clock/wrong-parts/claims-by-looking.ts',
    },
    sees: 'wronglyClaimed',
  },
  'takes-leased-batches': {
    part: {
      real: 'src/mail/outbox/batch.repo.ts',
      wrong: 'test/battery/clock/wrong-parts/takes-leased-batches.ts',
    },
    sees: 'doubles',
  },
}

/** Passes if each of them shows in its own count. */
const wrongParts: BatteryCase = {
  name: 'overlapping-schedules-wrong-claims-not-exclusive',
  fault: 'schedules that tick in the same minute, with claims or leases that are not exclusive',
  invariant: 'must be caught: a minute is claimed twice; emails are sent twice',
  run: () =>
    withBench({ ...NO_EMAILS, sink: { delayMs: 30 } }, async (bench) => {
      const outcomes = await Promise.all(
        Object.entries(WRONG).map(async ([name, { part, sees }]) => {
          const outcome = await run(await bench.beside({ emails: 0 }), 6, part)
          return { name, caught: outcome[sees] > 0, figures: inFigures(outcome) }
        }),
      )
      return {
        ok: outcomes.every(({ caught }) => caught),
        n: `${outcomes.length} variants × 6 minutes`,
        result: outcomes
          .map(({ name, caught, figures }) => `${caught ? 'caught' : 'NOT CAUGHT'}: ${name} ${figures}`)
          .join('; '),
      }
    }),
}

export const doubleCronCases: BatteryCase[] = [doubleCron, wrongParts]
