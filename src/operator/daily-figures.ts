import type { Database } from '../core/database/database.ts'
import { addDays, DAY_MS, type Day, dayOf, midnight } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { storedFigures } from '../core/stored-figures.repo.ts'
import { type MessageDay, messagesByDay } from '../mail/outbox/message-list.repo.ts'
import {
  type ConsentDay,
  consentsByDay,
  type SubscriberDay,
  subscribersByDay,
} from '../subscribers/subscriber-lists.repo.ts'

/** Figures of one day (UTC): subscribers at its end, what people did, and the outcome of its emails. */
export type DayFigures = SubscriberDay & ConsentDay & MessageDay

const NOTHING = {
  asked: 0,
  confirmed: 0,
  unsubscribed: 0,
  accepted: 0,
  refused: 0,
  gaveUp: 0,
  uncertain: 0,
  skipped: 0,
}
export const COUNTED = Object.keys(NOTHING) as (keyof typeof NOTHING)[]

/**
 * One entry per day from `from` to `to`, oldest first. Days whose rows are being pruned are read from the stored
 * figures.
 */
export async function dailyFigures({ db }: Pick<Deps, 'db'>, days: Days): Promise<DayFigures[]> {
  const [stored, subscribers, consents, messages] = await Promise.all([
    storedFigures<DayFigures>(db, days),
    subscribersByDay(db, days),
    consentsByDay(db, days),
    messagesByDay(db, days),
  ])
  const byDay = new Map<Day, Partial<DayFigures>>()
  for (const row of [...consents, ...messages]) byDay.set(row.day, { ...byDay.get(row.day), ...row })
  const storedByDay = new Map(stored.map((row) => [row.day, row]))
  return subscribers.map((row) => storedByDay.get(row.day) ?? { ...NOTHING, ...byDay.get(row.day), ...row })
}

interface Days {
  from: Day
  to: Day
}

const LONG_SPAN_MS = 100 * DAY_MS
const CACHE_MS = 60_000

// The newest request per database: concurrent and later callers share one query.
const cache = new WeakMap<Database, Days & { at: number; figures: Promise<DayFigures[]> }>()

/** Like dailyFigures. A long span takes seconds to count, so its days before today may be a minute old. */
export async function cachedDailyFigures(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { from, to }: Days,
): Promise<DayFigures[]> {
  const now = clock.now()
  const today = dayOf(now)
  const isLong = midnight(to).getTime() - midnight(from).getTime() > LONG_SPAN_MS
  if (!isLong || from >= today) return dailyFigures({ db }, { from, to })
  const past = { from, to: to < today ? to : addDays(today, -1) }
  let cached = cache.get(db)
  if (cached?.from !== past.from || cached.to !== past.to || now.getTime() - cached.at >= CACHE_MS) {
    cached = { ...past, at: now.getTime(), figures: dailyFigures({ db }, past) }
    cache.set(db, cached)
    cached.figures.catch(() => cache.delete(db))
  }
  const figures = await cached.figures
  return to < today ? figures : [...figures, ...(await dailyFigures({ db }, { from: today, to }))]
}
