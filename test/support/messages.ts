import type { Database } from '../../src/core/database/database.ts'
import { dayOf } from '../../src/core/dates.ts'
import type { Lane, MessageState, NewMessage } from '../../src/mail/message.ts'
import { enqueue } from '../../src/mail/outbox/message.repo.ts'

export const NOW = new Date('2026-11-24T08:00:00Z')
export const DEADLINE = new Date('2026-11-25T04:00:00Z')

/** An instant of the day on which these tests take place: at('08:15'). */
export const at = (time: string): Date => new Date(`2026-11-24T${time}:00Z`)

/** Active subscribers s1, s2, … with addresses s1@y.example, s2@y.example, … */
export async function addSubscribers(db: Database, count: number): Promise<void> {
  await db.$executeRaw`
    insert into subscriber (id, address, address_key, address_hash, state, zone, hour, days, max_papers, created_at,
                            confirmed_at, start_date)
    select 's' || n, 's' || n || '@y.example', 's' || n || '@y.example', 'hash' || n, 'active', 'UTC', 8, '{mon}', 5,
           ${NOW}, ${NOW}, ${NOW}
    from generate_series(1, ${count}::int) n`
}

/** A planned digest for each subscriber, on one local date; returns their ids in order of the subscribers' numbers. */
export async function addDigests(db: Database, subscribers: number): Promise<number[]> {
  const rows = await db.$queryRaw<{ id: number }[]>`
    with made as (
      insert into plan (zone, hour, days, local_date, due_at, max_paper_id, due)
      values ('UTC', 8, 'mon', ${NOW}, ${NOW}, 1, ${subscribers}) returning id
    )
    insert into digest (plan_id, subscriber_id, local_date, due_at, outcome, from_paper, to_paper, papers, matched,
                        content, created_at)
    select made.id, 's' || n, ${NOW}, ${NOW}, 'planned', 0, 1, '{1}', 1, '{}', ${NOW}
    from made, generate_series(1, ${subscribers}::int) n order by n
    returning id`
  return rows.map(({ id }) => id)
}

/** A goodbye to subscriber number `n`. */
export const goodbye = (n: number, changes: Partial<NewMessage> = {}): NewMessage => ({
  kind: 'goodbye',
  dedupe: `s${n}`,
  localDate: dayOf(changes.datedAt ?? NOW),
  subscriberId: `s${n}`,
  toAddress: `s${n}@y.example`,
  secretId: 'k1',
  content: { n },
  datedAt: NOW,
  notBefore: NOW,
  deadline: DEADLINE,
  ...changes,
})

/** A message of a digest that `addDigests` made, to subscriber number `n`. It has the digest's local date, whenever it is dated. */
export const digestMessage = (n: number, changes: Partial<NewMessage>): NewMessage =>
  goodbye(n, { kind: 'digest', localDate: dayOf(NOW), ...changes })

/** Subscribers, a digest for each, and a message for each digest; `perBatch` of them lie in one batch. */
export async function addDigestMessages(
  db: Database,
  subscribers: number,
  changes: Partial<NewMessage> = {},
  perBatch = 200,
) {
  await addSubscribers(db, subscribers)
  const digests = await addDigests(db, subscribers)
  const messages = digests.map((digestId, i) => digestMessage(i + 1, { digestId, ...changes }))
  for (let from = 0; from < messages.length; from += perBatch)
    await enqueue(db, 'bulk', messages.slice(from, from + perBatch))
}

export const enqueueGoodbyes = async (db: Database, lane: Lane, count: number): Promise<void> => {
  await addSubscribers(db, count)
  await enqueue(
    db,
    lane,
    Array.from({ length: count }, (_, i) => goodbye(i + 1)),
  )
}

/** Records that the server accepted a message then. */
export const acceptMessage = (
  db: Database,
  { id, at = NOW, reply = '250 ok' }: { id: string; at?: Date; reply?: string },
) => db.$executeRaw`
  insert into acceptance (message_id, local_date, at, reply)
  select id, local_date, ${at}, ${reply} from message where id = ${id}`

export interface MessageRow {
  id: string
  to: string
  state: MessageState
  reason: string | null
  attempts: number
  nextTry: Date
  takenBy: string | null
}

/** Every message, by subscriber's number. */
export const messagesIn = (db: Database): Promise<MessageRow[]> => db.$queryRaw<MessageRow[]>`
  select id, subscriber_id as to, state::text, reason, attempts, next_try as "nextTry", taken_by as "takenBy"
  from message order by substr(subscriber_id, 2)::int, id`

/** How many messages are in each state. */
export async function statesIn(db: Database): Promise<Partial<Record<MessageState, number>>> {
  const rows = await db.$queryRaw<{ state: MessageState; count: number }[]>`
    select state::text, count(*)::int from message group by 1`
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
}

export const attemptsIn = (db: Database) => db.$queryRaw<{ n: number; outcome: string; reply: string }[]>`
  select n, outcome, reply from attempt order by message_id, n`

/** The database's clock cannot be moved; a lease that has run out looks like this. */
export const endLeases = (db: Database, { owner = null }: { owner?: string | null } = {}) =>
  db.$executeRaw`
    update batch set lease_until = now() - interval '1 second' where owner = coalesce(${owner}::text, owner)`
