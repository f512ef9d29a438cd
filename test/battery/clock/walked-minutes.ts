// When an hour starts on a local date, found by walking the minutes with Intl. Nothing here calls the program's rules.

/** A local time. */
interface WallTime {
  /** "2025-03-30" */
  date: string
  hour: number
  minute: number
}

export const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Returns the local time in one zone. */
export type Wall = (instant: number) => WallTime

export function wallIn(zone: string): Wall {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  return (instant) => {
    const [month, day, year, hour, minute] = format.format(instant).match(/\d+/g)!
    return { date: `${year}-${month}-${day}`, hour: Number(hour), minute: Number(minute) }
  }
}

/** Milliseconds by which local time is ahead of UTC. */
const aheadAt = (wall: Wall, instant: number): number => {
  const { date, hour, minute } = wall(instant)
  return Date.parse(`${date}T00:00:00Z`) + hour * HOUR_MS + minute * MINUTE_MS - instant
}

/** The first full hour of UTC after each transition, in some years. */
export function transitions(wall: Wall, { from, years }: { from: number; years: number }): number[] {
  const found: number[] = []
  const end = Date.UTC(from + years, 0, 1)
  let before = aheadAt(wall, Date.UTC(from, 0, 1))
  for (let hour = Date.UTC(from, 0, 1); hour < end; hour += HOUR_MS) {
    const now = aheadAt(wall, hour)
    if (now !== before) found.push(hour)
    before = now
  }
  return found
}

/**
 * The time at which each of the hours starts on each local date that is wholly between two times: the first minute of
 * the date at which the local time is that hour or later. No times for a date that did not exist.
 */
export function dueInstants(
  wall: Wall,
  { start, end, hours }: { start: number; end: number; hours: readonly number[] },
): Map<string, Map<number, number>> {
  const dates = new Map<string, Map<number, number>>()
  for (let day = dayAfter(wall(start).date); day < wall(end).date; day = dayAfter(day))
    dates.set(day, new Map())
  for (let instant = start; instant <= end; instant += MINUTE_MS) {
    const { date, hour } = wall(instant)
    const known = dates.get(date)
    if (!known) continue
    for (const wanted of hours) if (hour >= wanted && !known.has(wanted)) known.set(wanted, instant)
  }
  return dates
}

const dayAfter = (date: string): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + 24 * HOUR_MS).toISOString().slice(0, 10)
