import type { DatabaseOrTransaction } from '../platform/database.ts'
import type { Lane } from './message.ts'

export interface LeasedChunk {
  id: number
  /** Messages that a worker which lost this chunk had taken, and that go again. */
  lost: number
  /** Another chunk of the lane could be leased at this moment. */
  more: boolean
}

export interface LeaseInput {
  lane: Lane
  owner: string
  now: Date
  leaseSeconds: number
  /** With hold, what a lost worker had taken stays uncertain: its body may have been written. */
  whenUncertain: 'retry' | 'hold'
}

/**
 * Leases the chunk that has waited longest, by the database's clock; null where none is ready and free, or delivery
 * is paused. What its last owner took and never recorded goes again at once, behind what waits.
 */
export async function leaseChunk(db: DatabaseOrTransaction, input: LeaseInput): Promise<LeasedChunk | null> {
  const { lane, owner, now, leaseSeconds, whenUncertain } = input
  const [row] = await db.$queryRaw<LeasedChunk[]>`
    with picked as (
      select id from chunk
      where lane = ${lane}::lane and done_at is null and not_before <= ${now}
        and (lease_until is null or lease_until <= now())
        and not exists (select from switch where name = 'delivery' and value in ('paused', 'restored'))
      order by not_before, id limit 1 for update skip locked
    ), leased as (
      update chunk c set owner = ${owner}, lease_until = now() + make_interval(secs => ${leaseSeconds}::float8)
      from picked where c.id = picked.id
      returning c.id
    ), lost as (
      update message m set
        state = (case when ${whenUncertain}::text = 'hold' then 'uncertain' else 'ready' end)::message_state,
        next_try = case when ${whenUncertain}::text = 'hold' then m.deadline else ${now}::timestamptz end,
        taken_at = null, taken_by = null
      from leased where m.chunk_id = leased.id and m.state = 'taken' and m.taken_by <> ${owner}
      returning m.id, m.attempts
    ), noted as (
      insert into attempt (message_id, n, at, outcome, answer)
      select id, attempts, ${now}::timestamptz, 'lost', 'its worker ended, or lost its lease' from lost
      on conflict do nothing
    )
    select id, (select count(*) from lost)::int as lost,
           exists (select from chunk c
                   where c.id <> leased.id and c.lane = ${lane}::lane and c.done_at is null and c.not_before <= ${now}
                     and (c.lease_until is null or c.lease_until <= now())) as more
    from leased`
  return row ?? null
}

/** Renews every lease that `owner` still holds, by the database's clock; returns the chunks' ids. */
export async function renewLeases(
  db: DatabaseOrTransaction,
  { owner, leaseSeconds }: Pick<LeaseInput, 'owner' | 'leaseSeconds'>,
): Promise<number[]> {
  const rows = await db.$queryRaw<{ id: number }[]>`
    update chunk set lease_until = now() + make_interval(secs => ${leaseSeconds}::float8)
    where owner = ${owner} and lease_until > now()
    returning id`
  return rows.map(({ id }) => id)
}

/**
 * Gives a chunk back: what `owner` took and did not begin is ready again; the chunk is done, or waits for the next
 * try among its messages. Changes nothing where the lease has gone to somebody else.
 */
export async function releaseChunk(
  db: DatabaseOrTransaction,
  { chunk, owner, now }: { chunk: number; owner: string; now: Date },
): Promise<void> {
  await db.$executeRaw`
    with held as (
      select id from chunk where id = ${chunk} and owner = ${owner} for update
    ), returned as (
      update message m set state = 'ready', attempts = m.attempts - 1, taken_at = null, taken_by = null
      from held where m.chunk_id = held.id and m.state = 'taken' and m.taken_by = ${owner}
    ), rest as (
      select min(case when state = 'taken' then ${now}::timestamptz else next_try end) as next_try from message
      where chunk_id = ${chunk} and (state in ('ready', 'deferred', 'taken')
        or (state = 'uncertain' and next_try < deadline))
    )
    update chunk c set
      owner = null, lease_until = null,
      done_at = case when rest.next_try is null then ${now}::timestamptz end,
      not_before = coalesce(rest.next_try, c.not_before)
    from held, rest where c.id = held.id`
}

/** True while somebody else holds a chunk of the lane whose time has come, and delivery is not paused. */
export async function othersHoldChunks(
  db: DatabaseOrTransaction,
  { lane, owner, now }: Pick<LeaseInput, 'lane' | 'owner' | 'now'>,
): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`
    select 1 from chunk
    where lane = ${lane}::lane and done_at is null and not_before <= ${now} and owner <> ${owner}
      and not exists (select from switch where name = 'delivery' and value in ('paused', 'restored'))
    limit 1`
  return rows.length > 0
}

/** How many workers hold messages at this moment, by the database's clock. */
export async function countHolders(db: DatabaseOrTransaction): Promise<number> {
  const rows = await db.$queryRaw<{ count: number }[]>`
    select count(distinct owner)::int as count from chunk where done_at is null and lease_until > now()`
  return rows[0]!.count
}
