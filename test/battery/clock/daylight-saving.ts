import { setImmediate } from 'node:timers/promises'
import { WEEKDAYS } from '../../../src/core/dates.ts'
import { type DueDate, newestDue } from '../../../src/digests/due.ts'
import type { Schedule } from '../../../src/subscribers/subscriber.ts'
import type { BatteryCase } from '../battery-case.ts'
import { dueInstants, MINUTE_MS, transitions, type Wall, wallIn } from './walked-minutes.ts'

/** Missing and repeated half hours, hours and two hours; at midnight, at a quarter to three; and a date that did not exist. */
const ZONES: [zone: string, firstYear: number][] = [
  ['America/New_York', 2023],
  ['America/St_Johns', 2023],
  ['America/Havana', 2023],
  ['America/Santiago', 2023],
  ['America/Los_Angeles', 2023],
  ['America/Scoresbysund', 2021],
  ['Atlantic/Azores', 2023],
  ['Europe/London', 2023],
  ['Europe/Berlin', 2023],
  ['Europe/Chisinau', 2023],
  ['Africa/Cairo', 2023],
  ['Asia/Beirut', 2023],
  ['Asia/Jerusalem', 2023],
  ['Asia/Gaza', 2023],
  ['Antarctica/Troll', 2023],
  ['Australia/Sydney', 2023],
  ['Australia/Lord_Howe', 2023],
  ['Pacific/Auckland', 2023],
  ['Pacific/Chatham', 2023],
  ['Pacific/Apia', 2010],
]
const YEARS = 3
const TRANSITIONS = 6
const HOURS = [0, 1, 2, 3]
const TICK_MS = 15 * MINUTE_MS
/** Before and after a transition: enough for its whole local date. */
const AROUND_MS = 26 * 60 * MINUTE_MS

/** The date that is due at a tick, or was last: called at every tick, in order. */
type Rule = (schedule: Schedule, tick: Date) => DueDate | undefined

/** Makes a rule for one zone and hour around one transition. */
type NewRule = (wall: Wall) => Rule

/** Wrong rules, which only the battery runs. */
const WRONG_RULES: Record<string, { what: string; rule: NewRule; sees: keyof Faults }> = {
  /** As node-cron does: acts once when the local time is the hour; never if the hour is missing. */
  'skips-the-missing-hour': {
    what: 'skips the missing hour',
    rule: (wall) => {
      const done = new Set<string>()
      return ({ hour }, tick) => {
        const { date, isNow } = shows(wall, hour, tick)
        if (!isNow || done.has(date)) return undefined
        done.add(date)
        return { localDate: date, dueAt: tick }
      }
    },
    sees: 'missed',
  },
  /** Acts whenever the local time is the hour: twice if the hour is repeated. */
  'twice-in-the-repeated-hour': {
    what: 'acts twice in the repeated hour',
    rule: (wall) => (schedule, tick) => {
      const { date, isNow } = shows(wall, schedule.hour, tick)
      return isNow ? { localDate: date, dueAt: tick } : newestDue(schedule, tick)
    },
    sees: 'twice',
  },
}

function shows(wall: Wall, wanted: number, tick: Date): { date: string; isNow: boolean } {
  const { date, hour, minute } = wall(tick.getTime())
  return { date, isNow: hour === wanted && minute === 0 }
}

interface Faults {
  /** Local dates and hours at which nothing became due. */
  missed: number
  /** Those that became due at two times. */
  twice: number
  /** Those that became due at another time, or at a tick too early or too late. */
  wrong: number
  /** Dates that did not exist, and were due. */
  never: number
}

interface Seen extends Faults {
  transitions: number
  /** Pairs of a date and an hour. */
  dates: number
  /** Those whose date did not exist. */
  leftOut: number
  /** Zones with fewer transitions than the table says. */
  lacking: string[]
  examples: string[]
}

async function tryRule(newRule: NewRule, zones: typeof ZONES): Promise<Seen> {
  const seen: Seen = {
    missed: 0,
    twice: 0,
    wrong: 0,
    never: 0,
    transitions: 0,
    dates: 0,
    leftOut: 0,
    lacking: [],
    examples: [],
  }
  for (const [zone, from] of zones) {
    const wall = wallIn(zone)
    const found = transitions(wall, { from, years: YEARS })
    seen.transitions += found.length
    if (found.length < TRANSITIONS) seen.lacking.push(zone)
    for (const at of found) {
      tryAround(at, { zone, wall, newRule, seen })
      await setImmediate() // lets other cases run
    }
  }
  return seen
}

function tryAround(
  at: number,
  { zone, wall, newRule, seen }: { zone: string; wall: Wall; newRule: NewRule; seen: Seen },
): void {
  const window = { start: at - AROUND_MS, end: at + AROUND_MS, hours: HOURS }
  const expected = dueInstants(wall, window)
  for (const hour of HOURS) {
    const came = ticked(newRule(wall), { zone, hour, days: [...WEEKDAYS] }, window)
    for (const [date, instants] of expected) {
      seen.dates++
      const due = instants.get(hour)
      if (due === undefined) seen.leftOut++
      const fault = faultOf(due, came.get(date) ?? [])
      if (!fault) continue
      seen[fault]++
      seen.examples.push(`${zone} ${date} ${hour}:00 ${fault}`)
    }
  }
}

interface Came {
  dueAt: number
  tick: number
}

/** What became due at each tick of a window, by local date; each time once, with the first tick at which it was due. */
function ticked(
  rule: Rule,
  schedule: Schedule,
  { start, end }: { start: number; end: number },
): Map<string, Came[]> {
  const came = new Map<string, Came[]>()
  for (let tick = Math.ceil(start / TICK_MS) * TICK_MS; tick <= end; tick += TICK_MS) {
    const due = rule(schedule, new Date(tick))
    if (!due) continue
    const known = came.get(due.localDate) ?? []
    came.set(due.localDate, known)
    const dueAt = due.dueAt.getTime()
    if (!known.some((one) => one.dueAt === dueAt)) known.push({ dueAt, tick })
  }
  return came
}

function faultOf(expected: number | undefined, came: Came[]): keyof Faults | undefined {
  if (expected === undefined) return came.length > 0 ? 'never' : undefined
  const [first] = came
  if (!first) return 'missed'
  if (came.length > 1) return 'twice'
  const isRight = first.dueAt === expected && first.tick === Math.ceil(expected / TICK_MS) * TICK_MS
  return isRight ? undefined : 'wrong'
}

const inWords = ({ missed, twice, wrong, never, examples }: Seen): string =>
  `missed ${missed}, twice ${twice}, at a wrong time ${wrong}, on a date that did not exist ${never}${
    examples.length > 0 ? `: ${examples.slice(0, 3).join('; ')}` : ''
  }`

const howMuch = (zones: number, { transitions, dates, leftOut }: Seen): string =>
  `${zones} zones, ${transitions} transitions, ${dates} dates and hours (${leftOut} of them on a date that did not exist)`

const right: BatteryCase = {
  name: 'daylight-saving',
  fault: 'hours 0 to 3 around every transition of three years, with a tick every 15 minutes',
  invariant: 'due once on each local date: after a missing hour, at the first of a repeated one',
  run: async () => {
    const seen = await tryRule(() => newestDue, ZONES)
    const { missed, twice, wrong, never, lacking, leftOut } = seen
    return {
      ok: missed + twice + wrong + never === 0 && lacking.length === 0 && leftOut > 0,
      n: howMuch(ZONES.length, seen),
      result: inWords(seen) + (lacking.length > 0 ? `; too few transitions in ${lacking.join(', ')}` : ''),
    }
  },
}

const FEW = ZONES.filter(([zone]) => /Berlin|Lord_Howe|Havana/.test(zone))

/** Passes if the counts show that the rule is wrong. */
const wrongCases = Object.entries(WRONG_RULES).map(
  ([name, { what, rule, sees }]): BatteryCase => ({
    name: `daylight-saving-wrong-${name}`,
    fault: `transitions of daylight saving, with a rule that ${what}`,
    invariant: `must be caught: digests are ${sees === 'twice' ? 'due twice' : sees}`,
    run: async () => {
      const seen = await tryRule(rule, FEW)
      const caught = seen[sees] > 0
      return {
        ok: caught,
        n: howMuch(FEW.length, seen),
        result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${inWords(seen)}`,
      }
    },
  }),
)

/** The hour of a digest around transitions of daylight saving. */
export const daylightSavingCases: BatteryCase[] = [right, ...wrongCases]
