import type { Database } from '../../core/database/database.ts'
import type { SendRateKey } from '../../limits/send-rate.ts'
import { type Lane, LOST_REPLY } from '../message.ts'
import { maySend } from './may-send.repo.ts'

// SQL by hand: leases and what is leased now, by the clock of the database.

export interface LeasedBatch {
  id: number
  /** The domain of all its recipients; null if they have several. */
  domain: string | null
  /** Number of messages that a worker had taken when it lost this batch, and that are sent again. */
  lost: number
  /** Another batch of the lane could be leased now. */
  more: boolean
}

export interface LeaseInput {
  lane: Lane
  /** Unique per lease: the name of the prefetcher, a dot and a number. */
  owner: string
  now: Date
  leaseSeconds: number
  /** With hold, messages taken by a lost worker stay uncertain: their bodies may have been written. */
  whenUncertain: 'retry' | 'hold'
  /** The send rate of today's digests while the sending domain is new. */
  rampUp?: SendRateKey
  /** A batch with a message that is not uncertain goes before all others. */
  repeatsLast?: boolean
}

/**
 * Leases a batch, by the database's clock: the one that has waited longest, among those whose domain the fewest other
 * prefetchers hold (this prefetcher's own leases are about to end and do not count). Messages that its last owner took
 * but never recorded are sent again at once. Null if no batch is ready and free, its send rate is used up (the lane
 * `transactional` ignores rates), or delivery is paused.
 */
export async function leaseBatch(db: Database, input: LeaseInput): Promise<LeasedBatch | null> {
  const { lane, owner, now, leaseSeconds, whenUncertain, rampUp, repeatsLast = false } = input
  const [row] = await db.$queryRaw<LeasedBatch[]>`
    /* prepared: lease-batch */
    with held as (
      select coalesce(domain, '') as domain, count(*) as holders from batch
      where lane = ${lane}::lane and done_at is null and lease_until > now()
        and not starts_with(owner, ${prefetcherOf(owner)}) group by 1
    ), slow as (
      select key from bucket r where key like 'send %' and permits_left(r, now()) < 1
    ), picked as (
      select b.id from batch b left join held on held.domain = coalesce(b.domain, '')
      where b.lane = ${lane}::lane and b.done_at is null and b.not_before <= ${now}
        and (b.lease_until is null or b.lease_until <= now())
        and (b.lane = 'transactional' or not exists (
          select from slow where key in ('send domain ' || b.domain, ${rampUp ?? ''}::text)))
        and ${maySend}
      order by ${repeatsLast}::boolean and not exists (
          select from message m where m.batch_id = b.id and m.state in ('ready', 'deferred') and m.next_try <= ${now}),
        coalesce(held.holders, 0), b.not_before, b.id limit 1 for update of b skip locked
    ), leased as (
      update batch b set owner = ${owner}, lease_until = now() + make_interval(secs => ${leaseSeconds}::float8)
      from picked where b.id = picked.id
      returning b.id, b.domain
    ), lost as (
      update message m set
        state = (case when ${whenUncertain}::text = 'hold' then 'uncertain' else 'ready' end)::message_state,
        next_try = case when ${whenUncertain}::text = 'hold' then m.deadline else ${now}::timestamptz end,
        taken_at = null, taken_by = null
      from leased where m.batch_id = leased.id and m.state = 'taken' and m.taken_by <> ${owner}
      returning m.id, m.local_date, m.attempts
    ), noted as (
      insert into attempt (message_id, local_date, n, at, outcome, reply)
      select id, local_date, attempts, ${now}::timestamptz, 'lost', ${LOST_REPLY} from lost
      on conflict do nothing
    )
    select id, domain, (select count(*) from lost)::int as lost,
           exists (select from batch b
                   where b.id <> leased.id and b.lane = ${lane}::lane and b.done_at is null and b.not_before <= ${now}
                     and (b.lease_until is null or b.lease_until <= now())) as more
    from leased`
  return row ?? null
}

/** "host-17/2." of "host-17/2.31" */
const prefetcherOf = (owner: string): string => owner.slice(0, owner.lastIndexOf('.') + 1) || owner

/**
 * Leases half of the ready messages of the fullest batch of another owner, as a new batch: no worker idles at the end
 * of a run or waits behind a slow email. Messages already taken stay with their owner. Null if no other owner has two
 * ready messages, or delivery is paused.
 */
export async function splitBatch(db: Database, input: LeaseInput): Promise<LeasedBatch | null> {
  const { lane, owner, now, leaseSeconds, rampUp } = input
  const [row] = await db.$queryRaw<LeasedBatch[]>`
    with fullest as (
      select b.id, b.domain, b.not_before, count(*) as ready
      from batch b join message m on m.batch_id = b.id
      where b.lane = ${lane}::lane and b.done_at is null and b.owner <> ${owner} and b.lease_until > now()
        and m.state in ('ready', 'deferred') and m.next_try <= ${now}
        and (b.lane = 'transactional' or not exists (
          select from bucket r where r.key in ('send domain ' || b.domain, ${rampUp ?? ''}::text) and permits_left(r, now()) < 1))
        and ${maySend}
      group by b.id having count(*) > 1 order by ready desc, b.id limit 1
    ), half as (
      select m.id, m.local_date from message m join fullest f on m.batch_id = f.id
      where m.state in ('ready', 'deferred') and m.next_try <= ${now}
      order by m.id desc limit (select ready / 2 from fullest) for update of m skip locked
    ), made as (
      insert into batch (lane, domain, not_before, owner, lease_until)
      select ${lane}::lane, domain, not_before, ${owner}, now() + make_interval(secs => ${leaseSeconds}::float8)
      from fullest where exists (select from half)
      returning id, domain
    ), moved as (
      update message m set batch_id = made.id from half, made
      where m.id = half.id and m.local_date = half.local_date
    )
    select id, domain, 0 as lost, false as more from made`
  return row ?? null
}

/**
 * Moves the messages of a domain that `owner` took, and those of the domain that wait in the same batch, into a batch
 * of their own, which waits for the domain's send rate; the rest of the batch continues.
 */
export async function splitOffDomain(
  db: Database,
  { batch, owner, domain, ids }: { batch: number; owner: string; domain: string; ids: string[] },
): Promise<void> {
  await db.$executeRaw`
    with mine as (
      select id, lane, not_before from batch where id = ${batch} and owner = ${owner} and lease_until > now() for update
    ), theirs as (
      select m.id, m.local_date, m.state from message m join mine on m.batch_id = mine.id
      where (m.id = any(${ids}) and m.state = 'taken' and m.taken_by = ${owner})
        or (m.state in ('ready', 'deferred') and lower(substring(m.to_address from '[^@]*$')) = ${domain})
      for update of m
    ), made as (
      insert into batch (lane, domain, not_before) select lane, ${domain}, not_before from mine
      where exists (select from theirs) returning id
    )
    update message m set batch_id = made.id,
      state = (case theirs.state when 'taken' then 'ready' else theirs.state end)::message_state,
      attempts = m.attempts - (theirs.state = 'taken')::int, taken_at = null, taken_by = null
    from theirs, made where m.id = theirs.id and m.local_date = theirs.local_date`
}

/** Renews the leases that are still valid, by the database's clock; returns their owners. */
export async function renewLeases(
  db: Database,
  { owners, leaseSeconds }: Pick<LeaseInput, 'leaseSeconds'> & { owners: string[] },
): Promise<string[]> {
  const rows = await db.$queryRaw<{ owner: string }[]>`
    update batch set lease_until = now() + make_interval(secs => ${leaseSeconds}::float8)
    where owner = any(${owners}) and lease_until > now()
    returning owner`
  return rows.map(({ owner }) => owner)
}

/**
 * Releases a batch: messages that `owner` took and did not begin are ready again; the batch is done, or waits for the
 * next try among its messages. Changes nothing if another owner has the lease.
 */
export async function releaseBatch(
  db: Database,
  { batch, owner, now }: { batch: number; owner: string; now: Date },
): Promise<void> {
  await db.$executeRaw`
    /* prepared: release-batch */
    with held as (
      select id from batch where id = ${batch} and owner = ${owner} for update
    ), given_back as (
      update message m set state = 'ready', attempts = m.attempts - 1, taken_at = null, taken_by = null
      from held where m.batch_id = held.id and m.state = 'taken' and m.taken_by = ${owner}
    ), rest as (
      select min(next_try) as next_try from message
      where batch_id = ${batch} and (state in ('ready', 'deferred', 'taken')
        or (state = 'uncertain' and next_try < deadline))
    )
    update batch b set
      owner = null, lease_until = null,
      done_at = case when rest.next_try is null then ${now}::timestamptz end,
      not_before = coalesce(rest.next_try, b.not_before)
    from held, rest where b.id = held.id`
}

/**
 * True if a due batch of the lane is leased, or is free and may be sent within `withinSeconds`; a free transactional
 * batch always may. False while delivery is paused.
 */
export async function isWorkExpected(
  db: Database,
  {
    lane,
    now,
    rampUp,
    withinSeconds,
  }: Pick<LeaseInput, 'lane' | 'now' | 'rampUp'> & { withinSeconds: number },
): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`
    select 1 from batch b left join bucket r on r.key = 'send domain ' || b.domain
    where b.lane = ${lane}::lane and b.done_at is null and b.not_before <= ${now}
      and (b.lease_until > now() or b.lane = 'transactional' or (
        coalesce(r.held_until <= now() + make_interval(secs => ${withinSeconds}::float8), true)
        and (r.key is null or (1 - permits_left(r, now())) / permits_per_second(r, now()) <= ${withinSeconds}::float8)
        and not exists (select from bucket r where r.key = ${rampUp ?? ''}::text and permits_left(r, now()) < 1)))
      and ${maySend}
    limit 1`
  return rows.length > 0
}

/** How many workers hold a lease now, by the database's clock. */
export async function countLeaseHolders(db: Database): Promise<number> {
  const rows = await db.$queryRaw<{ count: number }[]>`
    select count(distinct split_part(owner, '/', 1))::int as count from batch
    where done_at is null and lease_until > now()`
  return rows[0]!.count
}
