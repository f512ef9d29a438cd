import type { Database } from '../core/database/database.ts'
import { DAY_MS } from '../core/dates.ts'

// SQL by hand: claims that count and refuse in one statement.

/**
 * A new history begins after that; it still allows only about one email a month after the six of its first two weeks.
 */
const KEEP_DAYS = 180
const KEEP_OWN_DAYS = 1

/**
 * Returns whether one more email may be sent, and counts it. Two in 24 hours. With `backsOff`, from two days after the
 * first one two in 7 days, and from 14 days after it one in 30 days; a history of one email always allows a second. One
 * statement, so any number of processes may call it at once; it uses the clock that is passed in.
 */
export async function tryCountEmail(
  db: Database,
  { key, backsOff, now }: { key: string; backsOff: boolean; now: Date },
): Promise<boolean> {
  const keptUntil = new Date(now.getTime() + (backsOff ? KEEP_DAYS : KEEP_OWN_DAYS) * DAY_MS)
  const taken = await db.$executeRaw`
    insert into email_limit as l (key, since, sent_at, kept_until)
    select ${key}, ${now}::timestamptz, ${now}::timestamptz, ${keptUntil}::timestamptz
    on conflict (key) do update
      set before_at = l.sent_at, sent_at = excluded.sent_at, kept_until = excluded.kept_until
      where l.before_at is null or case
        when not ${backsOff}::boolean or excluded.sent_at < l.since + interval '48 hours'
          then l.before_at <= excluded.sent_at - interval '24 hours'
        when excluded.sent_at < l.since + interval '336 hours'
          then l.before_at <= excluded.sent_at - interval '168 hours'
        else l.sent_at <= excluded.sent_at - interval '720 hours' end`
  return taken > 0
}

/** Ends the history under `from` and counts its two newest emails under `to`, which does not back off. */
export async function moveEmailHistory(
  db: Database,
  { from, to, now }: { from: string; to: string; now: Date },
): Promise<void> {
  const keptUntil = new Date(now.getTime() + KEEP_OWN_DAYS * DAY_MS)
  await db.$executeRaw`
    with ended as (delete from email_limit where key = ${from} returning *)
    insert into email_limit (key, since, sent_at, before_at, kept_until)
    select ${to}, since, sent_at, before_at, ${keptUntil}::timestamptz from ended
    on conflict (key) do update set sent_at = greatest(email_limit.sent_at, excluded.sent_at),
      before_at = greatest(email_limit.before_at, excluded.before_at, least(email_limit.sent_at, excluded.sent_at))`
}

export async function deleteEmailHistory(db: Database, keys: readonly string[]): Promise<void> {
  await db.emailLimit.deleteMany({ where: { key: { in: [...keys] } } })
}
