import type { Database } from '../../../src/core/database/database.ts'
import type { Arrival } from '../../support/smtp-sink.ts'
import { type Arrivals, compare } from '../bench/delivery-bench.ts'

/** What triggers wrote down, beside the code that is looked at: who held which batch until when, and who took what. */
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

/** From here on it is written down who may begin which mail. */
export async function observe(db: Database): Promise<void> {
  for (const statement of OBSERVER) await db.$executeRawUnsafe(statement)
}

/** What one worker brought to its own mail server. */
export interface Sent {
  pid: number
  arrived: Arrival[]
}

export interface Judgement extends Arrivals {
  /** Emails that a worker began without a lease on their batch at that moment. */
  unleased: number
  /** Times that a worker was told 250 and no acceptance stands. */
  unrecorded: number
}

/** From the check of a lease to the MAIL command there is a connection to open, on a busy machine. */
const SLACK_MS = 300

/**
 * What came, beside the database's messages, its acceptances and what the observer saw; to be asked once nothing comes
 * any more. Tells of emails that were lost, unless they are meant to be.
 */
export async function judge(db: Database, sent: Sent[], { tell = true } = {}): Promise<Judgement> {
  const arrived = sent.flatMap((one) => one.arrived)
  const beganAll = await Promise.all(sent.map((one) => countUnleased(db, one)))
  const found = {
    ...(await compare(db, arrived)),
    unleased: beganAll.reduce((sum, count) => sum + count, 0),
    unrecorded: await countUnrecorded(db, arrived),
  }
  if (tell && found.lost > 0) console.error(JSON.stringify(await lostOnes(db, arrived)))
  return found
}

/** For whoever has to find out: of a few messages that never arrived, all that the database knows. */
async function lostOnes(db: Database, arrived: Arrival[]) {
  const came = [...new Set(arrived.map(idOf))]
  const include = { acceptances: true, tries: true } as const
  return db.message.findMany({ where: { id: { notIn: came } }, include, omit: { content: true }, take: 3 })
}

export const isSound = ({ lost, differing, misrecorded, unleased, unrecorded }: Judgement): boolean =>
  lost + differing + misrecorded + unleased + unrecorded === 0

export const judgementInWords = (found: Judgement, mostDoubles: number): string =>
  `lost ${found.lost}, doubled ${found.doubles} (≤ ${mostDoubles}), differing ${found.differing}, misrecorded ${found.misrecorded}, without a lease ${found.unleased}, 250 not recorded ${found.unrecorded}`

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
  const told = Map.groupBy(
    arrived.filter(({ answer }) => answer === '250'),
    idOf,
  )
  const rows = await db.acceptance.groupBy({ by: ['messageId'], _count: true })
  const written = new Map(rows.map(({ messageId, _count }) => [messageId, _count]))
  return [...told].reduce((sum, [id, { length }]) => sum + Math.max(0, length - (written.get(id) ?? 0)), 0)
}
