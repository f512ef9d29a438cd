import type { Database } from '../core/database/database.ts'
import { addDays, type Day, dayOf, midnight } from '../core/dates.ts'
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

/**
 * One entry per day from `from` to `to`, oldest first. Days whose rows are being pruned are read from the stored
 * figures.
 */
export async function dailyFigures(
  { db }: Pick<Deps, 'db'>,
  days: { from: Day; to: Day },
): Promise<DayFigures[]> {
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

interface CacheEntry extends Days {
  /** Time of the request, in ms. */
  at: number
  figures: Promise<DayFigures[]>
}

const LONG_SPAN_MS = 100 * 24 * 3600_000
const CACHE_MS = 60_000

// The newest request per database: concurrent and later callers share one query.
const cache = new WeakMap<Database, CacheEntry>()

/** Like dailyFigures. A long span takes seconds to count, so its days before today may be a minute old. */
export async function cachedDailyFigures(
  deps: Pick<Deps, 'db' | 'clock'>,
  days: Days,
): Promise<DayFigures[]> {
  const today = dayOf(deps.clock.now())
  const isLong = midnight(days.to).getTime() - midnight(days.from).getTime() > LONG_SPAN_MS
  if (!isLong || days.from >= today) return dailyFigures(deps, days)
  const yesterday = addDays(today, -1)
  const past = await pastFigures(deps, { from: days.from, to: days.to < today ? days.to : yesterday })
  return days.to < today ? past : [...past, ...(await dailyFigures(deps, { from: today, to: days.to }))]
}

function pastFigures({ db, clock }: Pick<Deps, 'db' | 'clock'>, { from, to }: Days): Promise<DayFigures[]> {
  const at = clock.now().getTime()
  const cached = cache.get(db)
  if (cached && cached.from === from && cached.to === to && at - cached.at < CACHE_MS) return cached.figures
  const figures = dailyFigures({ db }, { from, to })
  cache.set(db, { from, to, at, figures })
  figures.catch(() => cache.delete(db))
  return figures
}
