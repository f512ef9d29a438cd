import type { Day } from '../../../src/core/dates.ts'
import type { Person } from '../bench/world.ts'

// The expected outcome of every date, computed without the program's code.

export interface DowntimePerson extends Person {
  /** The UTC offset of their zone, the whole year. */
  offsetHours: number
}

export interface DatedPaper {
  title: string
  /** The day on which it was listed. */
  day: Day
  /** When it was imported. */
  known: Date
}

export interface Outcome {
  email: string
  date: Day
  outcome: 'planned' | 'missed'
  /** The papers in it. */
  titles: string[]
}

interface History {
  /** When all subscribers were added. */
  came: Date
  /** The times at which the service was started; it was down from each to the next. */
  starts: readonly Date[]
  papers: readonly DatedPaper[]
}

const HOUR_MS = 3600 * 1000
const DAY_MS = 24 * HOUR_MS
const LATEST_MS = 20 * HOUR_MS
const OFFERED_DAYS = 14
const NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

interface Due {
  date: Day
  at: number
}

/** Every date on which a subscriber was due after `from` and up to `to`, oldest first. */
function duesOf({ hour, offsetHours, days }: DowntimePerson, from: Date, to: Date): Due[] {
  const dues: Due[] = []
  const first = Math.floor(from.getTime() / DAY_MS) - 2
  for (let day = first; day * DAY_MS < to.getTime() + 2 * DAY_MS; day++) {
    const at = day * DAY_MS + (hour - offsetHours) * HOUR_MS
    const isTheirs = days.includes(NAMES[new Date(day * DAY_MS).getUTCDay()]!)
    if (isTheirs && at > from.getTime() && at <= to.getTime())
      dues.push({ date: new Date(day * DAY_MS).toISOString().slice(0, 10), at })
  }
  return dues
}

/** At each start the newest date is planned, unless it is 20 hours old; those before it are missed. */
function outcomesOfOne(person: DowntimePerson, { came, starts, papers }: History): Outcome[] {
  const outcomes: Outcome[] = []
  const offered = new Set<DatedPaper>()
  for (const [i, start] of starts.entries()) {
    const dues = duesOf(person, starts[i - 1] ?? came, start)
    for (const [place, { date, at }] of dues.entries()) {
      const isPlanned = place === dues.length - 1 && start.getTime() < at + LATEST_MS
      const since = new Date(Date.parse(date) - (OFFERED_DAYS - 1) * DAY_MS).toISOString().slice(0, 10)
      const fresh = isPlanned ? papers.filter((one) => one.known <= start && !offered.has(one)) : []
      for (const paper of fresh) offered.add(paper)
      const titles = fresh.filter(({ day }) => day >= since).map(({ title }) => title)
      outcomes.push({ email: person.email, date, outcome: isPlanned ? 'planned' : 'missed', titles })
    }
  }
  return outcomes
}

export const outcomesOf = (people: readonly DowntimePerson[], history: History): Outcome[] =>
  people.flatMap((person) => outcomesOfOne(person, history))
