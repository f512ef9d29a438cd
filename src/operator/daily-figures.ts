import type { Day } from '../core/dates.ts'
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
