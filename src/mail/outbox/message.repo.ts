import { type Database, jsonTexts } from '../../core/database/database.ts'
import { randomId } from '../../core/secrets.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import { type Lane, LOST_REPLY, type MessageState, type NewMessage, type TakenMessage } from '../message.ts'
import type { SendFailure } from '../refusals/classify-reply.ts'
import type { NextStep } from '../refusals/retry.ts'
import { maySend } from './may-send.repo.ts'

const MAX_IN_BATCH = 500
/** This many messages of one call to one domain get a batch of their own, which can wait for the domain's send rate. */
const MIN_FOR_OWN_BATCH = 20

/**
 * Enqueues messages, in batches of their own, and skips those whose kind and key already exist. Returns how many are
 * new. Call it in the transaction of the change that causes them.
 */
export async function enqueue(db: Database, lane: Lane, messages: NewMessage[]): Promise<number> {
  let added = 0
  for (let from = 0; from < messages.length; from += MAX_IN_BATCH) {
    added += await addBatch(db, lane, messages.slice(from, from + MAX_IN_BATCH))
  }
  return added
}

/** A bulk write. */
function addBatch(db: Database, lane: Lane, messages: NewMessage[]): Promise<number> {
  const columns = {
    ids: messages.map(() => randomId(96)),
    kinds: messages.map(({ kind }) => kind),
    dedupes: messages.map(({ dedupe }) => dedupe),
    localDates: messages.map(({ localDate }) => localDate),
    subscriberIds: messages.map(({ subscriberId }) => subscriberId),
    digestIds: messages.map(({ digestId = null }) => digestId),
    addresses: messages.map(({ toAddress }) => toAddress),
    secretIds: messages.map(({ secretId }) => secretId),
    contents: jsonTexts(messages.map(({ content }) => content)),
    skipped: messages.map(({ skipped = null }) => skipped),
    datedAts: messages.map(({ datedAt }) => datedAt),
    notBefores: messages.map(({ notBefore }) => notBefore),
    deadlines: messages.map(({ deadline }) => deadline),
  }
  return db.$executeRaw`
    with wanted as (
      select w.*, lower(substring(to_address from '[^@]*$')) as domain
      from unnest(${columns.ids}::text[], ${columns.kinds}::text[], ${columns.dedupes}::text[],
        ${columns.localDates}::date[], ${columns.subscriberIds}::text[], ${columns.digestIds}::int[],
        ${columns.addresses}::text[], ${columns.secretIds}::text[], ${columns.contents}::text[],
        ${columns.skipped}::text[], ${columns.datedAts}::timestamptz[], ${columns.notBefores}::timestamptz[], ${columns.deadlines}::timestamptz[])
        as w(id, kind, dedupe, local_date, subscriber_id, digest_id, to_address, secret_id, content, skipped, dated_at,
             not_before, deadline)
      where not exists (
        select from message m where m.kind = w.kind and m.dedupe = w.dedupe and m.local_date = w.local_date)
    ), grouped as (
      select *, case when count(*) over (partition by domain) >= ${MIN_FOR_OWN_BATCH} then domain end as of_batch
      from wanted
    ), made as (
      insert into batch (lane, domain, not_before)
      select ${lane}::lane, of_batch, min(not_before) from grouped group by of_batch
      returning id, domain
    )
    insert into message (id, local_date, kind, dedupe, subscriber_id, digest_id, batch_id, to_address, secret_id, content,
                         state, reason, dated_at, next_try, deadline)
    select w.id, w.local_date, w.kind, w.dedupe, w.subscriber_id, w.digest_id, made.id, w.to_address, w.secret_id,
           w.content::jsonb, (case when w.skipped is null then 'ready' else 'skipped' end)::message_state, w.skipped,
           w.dated_at, w.not_before, w.deadline
    from grouped w join made on made.domain is not distinct from w.of_batch
    on conflict (kind, dedupe, local_date) do nothing`
}

export interface TakeInput {
  batch: number
  owner: string
  now: Date
  limit: number
}

export interface EndedMessage {
  id: string
  state: MessageState
  reason: string | null
}

export interface TakeResult {
  taken: TakenMessage[]
  ended: EndedMessage[]
}

/** Why message p to subscriber s may not be sent at an instant; null if it may. */
const skipReason = (now: Date): Prisma.Sql => Prisma.sql`
  case
    when s.erased_at is not null or p.to_address is null then 'erased'
    when s.state = 'suppressed' or exists (
      select from suppression x where x.address_hash = s.address_hash and x.lifted_at is null)
      then 'suppressed'
    when p.kind in ('digest', 'welcome', 'note') and s.state <> 'active' then s.state::text
    when p.deadline <= ${now} then 'expired'
  end`

/**
 * A claim: checks again a message that `owner` took and did not begin. False if it may not be sent now: then it is
 * ready again, and the next take ends it with its reason or waits; or the database does not know that `owner` took it.
 */
export async function mayStillSend(
  db: Database,
  { id, owner, now }: { id: string; owner: string; now: Date },
): Promise<boolean> {
  const [row] = await db.$queryRaw<{ may: boolean }[]>`
    /* prepared: may-still-send */
    with mine as (
      select p.id, p.local_date, ${skipReason(now)} is null and ${maySend} as may
      from message p join subscriber s on s.id = p.subscriber_id
      where p.id = ${id} and p.state = 'taken' and p.taken_by = ${owner} for update of p
    ), given_back as (
      update message m set state = 'ready', attempts = m.attempts - 1, taken_at = null, taken_by = null
      from mine where m.id = mine.id and m.local_date = mine.local_date and not mine.may
    )
    select may from mine`
  return row?.may ?? false
}

/**
 * A claim: takes up to `limit` messages of a batch that `owner` holds by the database's clock, repeats of uncertain
 * messages last, and checks deadline, subscriber and suppression of each. If it returns no messages, none is left for
 * now or the lease is lost.
 */
export async function takeMessages(db: Database, input: TakeInput): Promise<TakeResult> {
  const { batch, owner, now, limit } = input
  // The digest is found by its id only: the statistics have no digests of today, so the index of dates would seem as good.
  const [row] = await db.$queryRaw<{ messages: string }[]>`
    /* prepared: take-messages */
    with lease as materialized (
      select id from batch where id = ${batch} and owner = ${owner} and lease_until > now()
        and ${maySend}
    ), picked as (
      select m.id, m.local_date, m.attempts, m.kind, m.subscriber_id, m.to_address, m.deadline
      from message m join lease on m.batch_id = lease.id
      where m.next_try <= ${now}
        and (m.state in ('ready', 'deferred') or (m.state = 'uncertain' and m.next_try < m.deadline))
      order by m.state = 'uncertain', m.next_try, m.id limit ${limit} for update of m skip locked
    ), judged as materialized (
      select p.id, p.local_date, p.attempts,
        p.attempts > 0 and exists (
          select from attempt a where a.message_id = p.id and a.local_date = p.local_date
            and a.outcome = 'uncertain') as uncertain_before,
        p.attempts > 0 and exists (
          select from attempt a where a.message_id = p.id and a.local_date = p.local_date
            and a.outcome in ('uncertain', 'lost')) as in_doubt,
        ${skipReason(now)} as reason
      from picked p join subscriber s on s.id = p.subscriber_id
    ), checked as (
      update message m set
        state = (case
          when j.reason is null then 'taken'
          when j.in_doubt then 'uncertain'
          when j.reason = 'expired' and j.attempts > 0 then 'gave_up'
          else 'skipped' end)::message_state,
        reason = case when not j.in_doubt then j.reason end,
        attempts = j.attempts + (j.reason is null)::int,
        next_try = case when j.reason is null then m.next_try else m.deadline end,
        taken_at = case when j.reason is null then ${now}::timestamptz end,
        taken_by = case when j.reason is null then ${owner}::text end
      from judged j where m.id = j.id and m.local_date = j.local_date
      returning m.id, m.local_date as "localDate", m.batch_id as "batchId", m.kind,
        m.subscriber_id as "subscriberId", m.digest_id as "digestId",
        m.to_address as "toAddress", m.secret_id as "secretId", m.content, m.dated_at as "datedAt", m.deadline,
        m.attempts, j.uncertain_before as "uncertainBefore", m.state::text, m.reason, (
          select d.content from digest d where d.id = m.digest_id and j.reason is null) as "digestContent"
    )
    select coalesce(json_agg(checked), '[]')::text as messages from checked`
  const messages: MessageJson[] = JSON.parse(row!.messages)
  const isTaken = ({ state }: MessageJson) => state === 'taken'
  const taken = messages.filter(isTaken).map(({ datedAt, deadline, ...message }) => ({
    ...message,
    datedAt: new Date(datedAt),
    deadline: new Date(deadline),
  }))
  return { taken, ended: messages.filter((message) => !isTaken(message)) }
}

/** The client would convert each column of each row; one JSON text is quicker. */
type MessageJson = Omit<TakenMessage, 'datedAt' | 'deadline'> &
  EndedMessage &
  Record<'datedAt' | 'deadline', string>

export type AttemptResult = Pick<SendFailure, 'outcome' | 'status' | 'enhanced' | 'reply'>

/**
 * A claim: records a try and moves the message to its next state. If another worker has the message by now, only the
 * try is recorded.
 */
export async function recordFailedAttempt(
  db: Database,
  input: {
    message: Pick<TakenMessage, 'id' | 'localDate' | 'attempts'>
    owner: string
    now: Date
    made: AttemptResult
    next: NextStep
  },
): Promise<void> {
  const { message, owner, now, made, next } = input
  await db.$executeRaw`
    with noted as (
      insert into attempt (message_id, local_date, n, at, outcome, status, enhanced, reply)
      values (${message.id}, ${message.localDate}::date, ${message.attempts}, ${now}, ${made.outcome}, ${made.status},
              ${made.enhanced}, ${made.reply})
      on conflict (message_id, local_date, n) do update set
        at = excluded.at, outcome = excluded.outcome, status = excluded.status, enhanced = excluded.enhanced,
        reply = excluded.reply
    )
    update message set state = ${next.state}::message_state, reason = ${next.reason}, next_try = ${next.nextTry},
      taken_at = null, taken_by = null
    where id = ${message.id} and local_date = ${message.localDate}::date and state = 'taken' and taken_by = ${owner}
      and attempts = ${message.attempts}`
}

/**
 * A bulk write: ends every message whose deadline has passed and that no worker holds, and every batch that has nothing
 * left to do. A message that was taken and never recorded becomes uncertain. Returns how many messages ended.
 */
export async function endExpiredMessages(db: Database, now: Date): Promise<number> {
  const [row] = await db.$queryRaw<{ ended: number }[]>`
    with late as (
      select m.id, m.local_date, m.attempts, m.state = 'taken' as taken, m.state = 'taken' or exists (
        select from attempt a where a.message_id = m.id and a.local_date = m.local_date
          and a.outcome in ('uncertain', 'lost')) as in_doubt
      from message m join batch b on b.id = m.batch_id
      where b.done_at is null and (b.lease_until is null or b.lease_until <= now())
        and m.deadline <= ${now} and (m.state in ('ready', 'deferred', 'taken')
          or (m.state = 'uncertain' and m.next_try < m.deadline))
      for update of m skip locked
    ), ended as (
      update message m set
        state = (case when late.in_doubt then 'uncertain' when late.attempts > 0 then 'gave_up' else 'skipped'
                 end)::message_state,
        reason = case when not late.in_doubt then 'expired' end,
        next_try = m.deadline, taken_at = null, taken_by = null
      from late where m.id = late.id and m.local_date = late.local_date
      returning m.id, m.batch_id
    ), noted as (
      insert into attempt (message_id, local_date, n, at, outcome, reply)
      select id, local_date, attempts, ${now}::timestamptz, 'lost', ${LOST_REPLY} from late where taken
      on conflict do nothing
    ), done as (
      update batch b set done_at = ${now}, owner = null, lease_until = null
      where b.done_at is null and (b.lease_until is null or b.lease_until <= now()) and not exists (
        select from message m where m.batch_id = b.id and m.id not in (select id from ended)
          and (m.state in ('ready', 'deferred', 'taken') or (m.state = 'uncertain' and m.next_try < m.deadline)))
    )
    select count(*)::int as ended from ended`
  return row?.ended ?? 0
}
