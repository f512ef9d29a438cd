import type { Database } from '../../../src/core/database/database.ts'
import type { Arrival } from '../../support/smtp-sink.ts'
import { type Arrivals, compare } from '../bench/delivery-bench.ts'

/** Triggers that record who held which batch until when, and who took which message, independent of the program. */
const OBSERVER = [
  `create table lease_seen (at timestamptz not null default clock_timestamp(), batch int, owner text, until timestamptz)`,
  `create table take_seen (at timestamptz not null default clock_timestamp(), message text, batch int, owner text)`,
  `create index on lease_seen (batch, owner)`,
  `create index on take_seen (message)`,
  `create function see_lease() returns trigger language plpgsql as $$
   begin insert into lease_seen (batch, owner, until) values (new.id, new.owner, new.lease_until); return null; end $$`,
  `create function see_take() returns trigger language plpgsql as $$
   begin insert into take_seen (message, batch, owner) values (new.id, new.batch_id, new.taken_by); return null; end $$`,
  `create trigger see_lease after insert or update of owner, lease_until on batch
   for each row when (new.owner is not null) execute function see_lease()`,
  `create trigger see_take after update of taken_by on message
   for each row when (new.state = 'taken' and old.taken_by is distinct from new.taken_by) execute function see_take()`,
]

/** Installs the triggers: from now on leases and taken messages are recorded. */
export async function observe(db: Database): Promise<void> {
  for (const statement of OBSERVER) await db.$executeRawUnsafe(statement)
}

/** The emails that one worker sent to its own mail server. */
export interface Sent {
  pid: number
  arrived: Arrival[]
}

export interface Judgement extends Arrivals {
  /** Emails that a worker started without a lease on their batch at that time. */
  unleased: number
  /** Times that a worker received 250 and no acceptance is recorded. */
  unrecorded: number
}

/** Between the check of a lease and the MAIL command a connection is opened, which takes time on a busy machine. */
const SLACK_MS = 300

/**
 * Compares what arrived with the database's messages, its acceptances and the observer's records; call it once no email
 * arrives any more. Prints emails that were lost, unless `report` is false.
 */
export async function judge(db: Database, sent: Sent[], { report = true } = {}): Promise<Judgement> {
  const arrived = sent.flatMap((one) => one.arrived)
  const beganAll = await Promise.all(sent.map((one) => countUnleased(db, one)))
  const found = {
    ...(await compare(db, arrived)),
    unleased: beganAll.reduce((sum, count) => sum + count, 0),
    unrecorded: await countUnrecorded(db, arrived),
  }
  if (report && found.lost > 0) console.error(JSON.stringify(await lostOnes(db, arrived)))
  return found
}

/** All that the database has of the first messages that never arrived, to find the reason. */
async function lostOnes(db: Database, arrived: Arrival[]) {
  const came = [...new Set(arrived.map(idOf))]
  const include = { acceptances: true, tries: true } as const
  return db.message.findMany({ where: { id: { notIn: came } }, include, omit: { content: true }, take: 3 })
}

export const isSound = ({ lost, differing, misrecorded, unleased, unrecorded }: Judgement): boolean =>
  lost + differing + misrecorded + unleased + unrecorded === 0

export const judgementInWords = (found: Judgement, maxDuplicates: number): string =>
  `lost ${found.lost}, duplicates ${found.doubles} (≤ ${maxDuplicates}), differing ${found.differing}, misrecorded ${found.misrecorded}, without a lease ${found.unleased}, 250 not recorded ${found.unrecorded}`

const idOf = ({ messageId }: Arrival): string => messageId.split('@')[0]!.split('.').at(-1)!

// The sink's time has whole milliseconds.
async function countUnleased(db: Database, { pid, arrived }: Sent): Promise<number> {
  const begun = JSON.stringify(
    arrived.map((one) => ({ message: idOf(one), at: new Date(one.begun).toISOString() })),
  )
  const [row] = await db.$queryRaw<{ count: number }[]>`
    select count(*)::int from jsonb_to_recordset(${begun}::jsonb) as b(message text, at timestamptz)
    where not exists (
      select from take_seen t join lease_seen l on l.batch = t.batch and l.owner = t.owner
      where t.message = b.message and t.owner ~ ${`\\m${pid}\\M`} and greatest(t.at, l.at) <= b.at + interval '1 ms'
        and l.until >= b.at - make_interval(secs => ${SLACK_MS / 1000}::float8))`
  return row!.count
}

async function countUnrecorded(db: Database, arrived: Arrival[]): Promise<number> {
  const received = Map.groupBy(
    arrived.filter(({ answer }) => answer === '250'),
    idOf,
  )
  const rows = await db.acceptance.groupBy({ by: ['messageId'], _count: true })
  const written = new Map(rows.map(({ messageId, _count }) => [messageId, _count]))
  return [...received].reduce(
    (sum, [id, { length }]) => sum + Math.max(0, length - (written.get(id) ?? 0)),
    0,
  )
}
