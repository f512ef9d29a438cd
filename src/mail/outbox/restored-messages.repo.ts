import type { DatabaseOrTransaction } from '../../core/database/database.ts'

/**
 * Ends every message dated before `since` that was open in the backup: it may have been sent since, and no Message-ID
 * is sent twice. It is skipped, or uncertain if a try had begun. Also frees all leases: their owners are gone. Call it
 * while delivery is paused.
 */
export async function endRestoredMessages(
  db: DatabaseOrTransaction,
  { since }: { since: Date },
): Promise<{ skipped: number; uncertain: number }> {
  const [row] = await db.$queryRaw<{ skipped: number; uncertain: number }[]>`
    with open as (
      select m.id, m.state = 'taken' or exists (
        select from attempt a where a.message_id = m.id and a.outcome in ('uncertain', 'lost')) as in_doubt
      from message m
      where m.dated_at < ${since}
        and (m.state in ('ready', 'deferred', 'taken') or (m.state = 'uncertain' and m.next_try < m.deadline))
      for update of m
    ), freed as (
      update batch set owner = null, lease_until = null where owner is not null
    ), ended as (
      update message m set
        state = (case when open.in_doubt then 'uncertain' else 'skipped' end)::message_state,
        reason = case when not open.in_doubt then 'restored' end,
        next_try = m.deadline, taken_at = null, taken_by = null
      from open where m.id = open.id
      returning m.state
    )
    select count(*) filter (where state = 'skipped')::int as skipped,
           count(*) filter (where state = 'uncertain')::int as uncertain
    from ended`
  return row!
}
