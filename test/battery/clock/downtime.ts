import { setTimeout as sleep } from 'node:timers/promises'
import { addDays, DAY_MS, type Day, dayOf, WEEKDAYS } from '../../../src/core/dates.ts'
import { dayTotals, isReconciled } from '../../../src/digests/reconciliation.repo.ts'
import { isKept } from '../../support/smtp-sink.ts'
import type { BatteryCase } from '../battery-case.ts'
import { type Bench, exitOf, withBench } from '../bench/delivery-bench.ts'
import { beginService } from '../bench/services.ts'
import { type World, withWorld } from '../bench/world.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { type DatedPaper, type DowntimePerson, type Outcome, outcomesOf } from './downtime-oracle.ts'

const HOUR_MS = DAY_MS / 24
const DOWN_MS = { '1 h': HOUR_MS, '26 h': 26 * HOUR_MS, '8 days': 8 * DAY_MS }
type Down = keyof typeof DOWN_MS
/** Each of the three downtimes, three times, each time after another one. */
const RUNS: Down[][] = [
  ['1 h', '26 h', '8 days'],
  ['26 h', '8 days', '1 h'],
  ['8 days', '1 h', '26 h'],
]

/** Long before the first start of the service: what is missed then is older than what is offered. */
const CAME = new Date('2026-11-08T08:30:00Z')
const FIRST_START = new Date('2026-11-24T08:30:00Z')
/** Papers before this day are never offered. */
const OLD_DAY = '2026-10-20'

/** Zones without daylight saving, so that the oracle needs no calendar. */
const OFFSET_HOURS = { UTC: 0, 'Asia/Tokyo': 9, 'America/Phoenix': -7 }
const DAYS = [WEEKDAYS, ['mon', 'wed']]

const people = (): DowntimePerson[] =>
  Object.entries(OFFSET_HOURS).flatMap(([zone, offsetHours]) =>
    [0, 8, 13, 20].flatMap((hour) =>
      DAYS.map((days) => ({
        email: `p-${zone.slice(-3).toLowerCase()}-${hour}-${days.length}@y.example`,
        state: 'active',
        topics: ['attention'],
        hour,
        zone,
        offsetHours,
        days,
      })),
    ),
  )

/** The service starts at each of these times, does the work that is due, and is killed. */
function startsOf(downs: readonly Down[]): Date[] {
  const starts = [FIRST_START]
  for (const down of downs) starts.push(new Date(starts.at(-1)!.getTime() + DOWN_MS[down]))
  return starts
}

/** Papers that are listed by then and not yet imported: one of each day, and one more that is late. */
function papersAt(start: Date, before: Date | undefined): DatedPaper[] {
  const today = dayOf(start)
  const days: Day[] = []
  for (let day = before ? addDays(dayOf(before), 1) : dayOf(CAME); day <= today; day = addDays(day, 1))
    days.push(day)
  const titled = (kind: string, day: Day) => ({
    title: `Attention ${kind} ${start.toISOString()} ${day}`,
    day,
    known: start,
  })
  return [titled('old', OLD_DAY), ...days.map((day) => titled('new', day)), titled('late', today)]
}

interface Down3 {
  starts: number
  digests: number
  missed: number
  /** "ann@… 2026-11-25: planned, expected missed" */
  wrong: string[]
  /** Dates with totals that differ from the oracle's, or do not balance. */
  wrongTotals: number
  emails: number
  doubles: number
}

async function walk(bench: Bench, world: World, downs: readonly Down[], part?: WrongPart): Promise<Down3> {
  const everybody = people()
  await world.addPeople(everybody)
  const starts = startsOf(downs)
  const papers: DatedPaper[] = []
  for (const [i, start] of starts.entries()) {
    world.clock.moveTo(start)
    const fresh = papersAt(start, starts[i - 1])
    for (const { title, day } of fresh) await world.addPapers(day, [title])
    papers.push(...fresh)
    const expected = outcomesOf(everybody, { came: CAME, starts: starts.slice(0, i + 1), papers })
    await serve(bench, world, start, expected.length, part)
  }
  const expected = outcomesOf(everybody, { came: CAME, starts, papers })
  return { starts: starts.length, ...(await judge(bench, world, expected)) }
}

const MAX_DURATION_MS = 60_000
/** If a wrong part leaves work undone after planning, the case does not wait for it. */
const MAX_WRONG_MS = 10_000
/** For a service that has planned and has nothing to send. */
const IDLE_MS = 2000

/** Starts the service and kills it once that many digests have an outcome and no email is open, or it has nothing to do. */
async function serve(bench: Bench, { deps: { db } }: World, now: Date, digests: number, part?: WrongPart) {
  const service = beginService(bench, { roles: ['schedule', 'worker'], now, part })
  const giveUpAt = performance.now() + MAX_DURATION_MS
  let plannedAt: number | undefined
  let idleSince: number | undefined
  while (performance.now() < giveUpAt) {
    const filled = await db.digest.count({ where: { outcome: { not: 'due' } } })
    const open = await db.message.count({ where: { state: { not: 'accepted' } } })
    if (open === 0 && filled >= digests) break
    const hasPlanned = service.logged.some(({ event }) => event === 'digests.planned')
    if (hasPlanned) plannedAt ??= performance.now()
    if (part && plannedAt && performance.now() > plannedAt + MAX_WRONG_MS) break
    if (open > 0 || !hasPlanned) idleSince = undefined
    else idleSince ??= performance.now()
    if (idleSince && performance.now() > idleSince + IDLE_MS) break
    await sleep(100)
  }
  service.child.kill('SIGKILL')
  await exitOf(service.child)
}

async function judge(
  bench: Bench,
  { deps: { db } }: World,
  expected: Outcome[],
): Promise<Omit<Down3, 'starts'>> {
  const papers = await db.paper.findMany({ select: { id: true, title: true } })
  const titles = new Map(papers.map(({ id, title }) => [id, title]))
  const digests = await db.digest.findMany({ include: { subscriber: true, message: true } })
  const found = new Map(
    digests.map((one) => {
      const shown = one.papers.map((id) => titles.get(id)!).sort()
      return [`${one.subscriber.address} ${dayOf(one.localDate)}`, [one.outcome, ...shown].join('; ')]
    }),
  )
  const wanted = new Map(
    expected.map((one) => [`${one.email} ${one.date}`, [one.outcome, ...one.titles.toSorted()].join('; ')]),
  )
  const keys = [...new Set([...found.keys(), ...wanted.keys()])]
  const wrong = keys.filter((key) => found.get(key) !== wanted.get(key))
  const messages = new Set(digests.flatMap(({ message }) => message?.id ?? []))
  const emails = bench
    .arrived()
    .filter(isKept)
    .filter(({ messageId }) => messages.has(messageId.split(/[.@]/)[1]!))
  return {
    digests: digests.length,
    missed: digests.filter(({ outcome }) => outcome === 'missed').length,
    wrong: wrong.map((key) => `${key}: ${found.get(key)}, expected ${wanted.get(key)}`),
    wrongTotals: await wrongTotals(db, expected),
    emails: emails.length,
    doubles: emails.length - new Set(emails.map(({ messageId }) => messageId)).size,
  }
}

async function wrongTotals(db: World['deps']['db'], expected: Outcome[]): Promise<number> {
  let wrong = 0
  for (const [date, outcomes] of Map.groupBy(expected, (one) => one.date)) {
    const counts = await dayTotals(db, date)
    const planned = outcomes.filter(({ outcome }) => outcome === 'planned').length
    const isRight =
      isReconciled(counts) &&
      counts.due === outcomes.length &&
      counts.accepted === planned &&
      counts.missed === outcomes.length - planned
    if (!isRight) wrong++
  }
  return wrong
}

async function run(downs: readonly Down[], bench: Bench, part?: WrongPart): Promise<Down3> {
  return withWorld(bench, CAME, (world) => walk(bench, world, downs, part))
}

/** Enough for all papers of two weeks. */
const NO_EMAILS = { emails: 0, connections: 4, settings: { DIGEST_MAX: '25' } }
const isRight = ({ wrong, wrongTotals, doubles }: Down3): boolean =>
  wrong.length + wrongTotals + doubles === 0

const inFigures = (all: Down3[]): string => {
  const sum = (of: 'digests' | 'missed' | 'wrongTotals' | 'emails' | 'doubles') =>
    all.reduce((total, one) => total + one[of], 0)
  const wrong = all.flatMap((one) => one.wrong)
  return `${sum('digests')} outcomes, ${sum('missed')} of them missed, ${sum('emails')} emails; wrong ${wrong.length}${wrong.slice(0, 1).map((one) => ` (${one.slice(0, 200)})`)}, duplicates ${sum('doubles')}, dates with wrong totals ${sum('wrongTotals')}`
}

const downtime: BatteryCase = {
  name: 'service-downtime',
  fault: `the service is killed, and started again after ${Object.keys(DOWN_MS).join(', ')}`,
  invariant:
    'one catch-up digest, of the newest date, with all papers of 14 days; the other dates are missed',
  run: (profile) =>
    withBench(NO_EMAILS, async (bench) => {
      const runs = profile === 'ci' ? RUNS.slice(0, 1) : RUNS
      const all = await Promise.all(runs.map(async (downs) => run(downs, await bench.beside({ emails: 0 }))))
      return {
        ok: all.every(isRight),
        n: `${runs.length} × ${Object.keys(DOWN_MS).length} downtimes, ${people().length} subscribers each`,
        result: inFigures(all),
      }
    }),
}

const partOf = (name: string): WrongPart => ({
  real: 'src/digests/due.ts',
  wrong: `test/battery/clock/wrong-parts/${name}.ts`,
})

/** What differs from the oracle: a date is planned that must be missed, or has no outcome. */
const WRONG: Record<string, { sees: RegExp }> = {
  'never-late': { sees: /: planned\b.*, expected missed$/ },
  'forgets-missed-dates': { sees: /: undefined, expected missed$/ },
}

/** Passes if the differences show each of them. */
const wrongParts: BatteryCase = {
  name: 'service-downtime-wrong-missed-dates',
  fault: 'downtimes of a service that catches up with any date, or records no missed dates',
  invariant: 'must be caught: dates are planned that must be missed, or have no outcome',
  run: () =>
    withBench(NO_EMAILS, async (bench) => {
      const all = await Promise.all(
        Object.entries(WRONG).map(async ([name, { sees }]) => {
          const one = await run(['26 h'], await bench.beside({ emails: 0 }), partOf(name))
          return { name, seen: one.wrong.filter((what) => sees.test(what)).length, figures: inFigures([one]) }
        }),
      )
      return {
        ok: all.every(({ seen }) => seen > 0),
        n: `${all.length} variants × 2 starts`,
        result: all
          .map(
            ({ name, seen, figures }) =>
              `${seen > 0 ? 'caught' : 'NOT CAUGHT'}: ${name}, ${seen} such dates; ${figures}`,
          )
          .join('; '),
      }
    }),
}

export const downtimeCases: BatteryCase[] = [downtime, wrongParts]
