import { batchLimits, type Database, isDataRejection } from '../core/database/database.ts'
import { type Day, midnight } from '../core/dates.ts'
import { errorText, Fault } from '../core/errors.ts'
import { excerpt } from '../sources/read-entries.ts'
import { identifierText, type SourceRecord } from '../sources/source.ts'
import { byFirstSeenDay, type FirstSeenInput } from './first-seen.ts'
import { recordHistory } from './history.repo.ts'
import { changesOf } from './merge.ts'
import { paperKeysOf } from './paper-key.ts'
import {
  assignIds,
  insertKeys,
  insertPapers,
  type NumberedChange,
  papersWithKeys,
  updatePapers,
} from './stored-paper.repo.ts'

// One ingest writes at a time, so papers become visible in the order of their ids.
const INGEST_LOCK = 4_185_001
const MAX_NAME_LENGTH = 100
const MAX_WHY_LENGTH = 200

export interface DayListings {
  source: string
  day: Day
  records: readonly SourceRecord[]
  now: Date
  /** Of a rolling source, on `day` today: a paper is listed on the day on which the source first has it, and on no other. */
  firstSeen?: Omit<FirstSeenInput, 'now'>
  /** Counts the changes and rolls them back, with those of `also`. */
  dryRun?: boolean
}

export interface RecordedListings {
  added: number
  /** Known papers that changed: their fields, their id, or their listing on this day. */
  changed: number
  unchanged: number
  /** How many papers the source lists on the day, and how many more it lists only as newer versions. */
  listed: number
  revised: number
  rejected: Rejected[]
}

interface PapersOfDay {
  day: Day
  /** How many papers the source lists on the day. */
  papers: number
}

interface Rejected {
  /** The first identifier of the record, else its title, up to 100 printable characters. */
  paper: string
  why: string
}

const ROLLBACK = new Error('dry run')

/** `earlier`: of a rolling source, the earlier days to which papers were assigned. */
type Also = (tx: Database, recorded: RecordedListings, earlier: PapersOfDay[]) => Promise<void>

/**
 * Records a source's listings of a day, in one transaction with `also`. Recording the same records again changes
 * nothing. Skips a record that the database rejects. Throws papers.rejected if it rejects all of them.
 */
export async function recordListings(
  db: Database,
  listings: DayListings,
  also: Also = async () => {},
): Promise<RecordedListings> {
  try {
    return await inTransaction(db, listings, { record: recordAll, also })
  } catch (error) {
    if (!isDataRejection(error)) throw error
    return await inTransaction(db, listings, { record: recordByHalves, also })
  }
}

/** A claim: of the ingest lock. */
async function inTransaction(
  db: Database,
  listings: DayListings,
  { record, also }: { record: typeof recordAll; also: Also },
): Promise<RecordedListings> {
  let recorded: RecordedListings | undefined
  const work = async (tx: Database) => {
    await tx.$executeRaw`select pg_advisory_xact_lock(${INGEST_LOCK}::bigint)`
    const earlier: PapersOfDay[] = []
    const counts = listings.firstSeen
      ? await recordDays(tx, listings, { record, earlier, firstSeen: listings.firstSeen })
      : await record(tx, listings)
    requireSomeAccepted(listings, counts)
    recorded = { ...counts, ...(await countListed(tx, listings)) }
    await also(tx, recorded, earlier)
    if (listings.dryRun) throw ROLLBACK
  }
  await db.$transaction(work, batchLimits()).catch((error) => {
    if (error !== ROLLBACK) throw error
  })
  return recorded!
}

interface RecordDaysOptions {
  record: typeof recordAll
  firstSeen: NonNullable<DayListings['firstSeen']>
  /** Filled with the days before today. */
  earlier: PapersOfDay[]
}

async function recordDays(
  tx: Database,
  listings: DayListings,
  { record, firstSeen, earlier }: RecordDaysOptions,
): Promise<Counts> {
  let counts: Counts = { ...NONE, rejected: [] }
  for (const [day, records] of byFirstSeenDay(listings.records, { ...firstSeen, now: listings.now })) {
    const ofDay = { ...listings, day, records }
    counts = sumOf(counts, await record(tx, ofDay))
    if (day !== listings.day) earlier.push({ day, papers: (await countListed(tx, ofDay)).listed })
  }
  return counts
}

/** Throws papers.rejected if the database rejected all records. */
function requireSomeAccepted({ source, day, records }: DayListings, { rejected }: Counts): void {
  const [first] = rejected
  if (first && rejected.length === records.length)
    throw new Fault('papers.rejected', { source, day, count: records.length, why: first.why })
}

/** Splits a batch that the database rejects into halves, down to the single rejected records. */
async function recordByHalves(tx: Database, listings: DayListings): Promise<Counts> {
  const { records } = listings
  const outcome = await tx.$transaction((savepoint) => recordAll(savepoint, listings)).catch(rejectionOf)
  if ('added' in outcome) return outcome
  if (records.length === 1) return { ...NONE, rejected: [{ paper: displayName(records[0]!), ...outcome }] }
  const half = Math.ceil(records.length / 2)
  const before = await recordByHalves(tx, { ...listings, records: records.slice(0, half) })
  const after = await recordByHalves(tx, { ...listings, records: records.slice(half) })
  return sumOf(before, after)
}

const NONE = { added: 0, changed: 0, unchanged: 0 }

const sumOf = (one: Counts, other: Counts): Counts => ({
  added: one.added + other.added,
  changed: one.changed + other.changed,
  unchanged: one.unchanged + other.unchanged,
  rejected: [...one.rejected, ...other.rejected],
})

/** The reason why the database rejected a batch. Throws any other error. */
function rejectionOf(error: unknown): Pick<Rejected, 'why'> {
  if (!isDataRejection(error)) throw error
  return { why: excerpt(errorText(error).trim().split('\n').at(-1)!, MAX_WHY_LENGTH) }
}

const displayName = ({ keys: [key], title }: SourceRecord): string =>
  excerpt(key ? identifierText(key) : title, MAX_NAME_LENGTH)

// A statement has some 2 kB for each paper, several times in memory.
const PAPERS_PER_STATEMENT = 1000

async function recordAll(tx: Database, { records, ...day }: DayListings): Promise<Counts> {
  let counts: Counts = { ...NONE, rejected: [] }
  for (let from = 0; from < records.length; from += PAPERS_PER_STATEMENT) {
    const some = records.slice(from, from + PAPERS_PER_STATEMENT)
    counts = sumOf(counts, await recordBatch(tx, { ...day, records: some }))
  }
  return counts
}

async function recordBatch(tx: Database, listings: DayListings): Promise<Counts> {
  const stored = await papersWithKeys(tx, listings.records.flatMap(paperKeysOf))
  const changes = await assignIds(tx, changesOf(listings.records, stored, listings))
  // Insert first, since rows of absorbed papers may move to the new papers.
  await insertPapers(tx, changes, listings.now)
  await absorb(tx, changes)
  const different = changes.filter(({ differs }) => differs)
  await updatePapers(tx, different, listings.now)
  await insertKeys(tx, changes)
  const relisted = await upsertListings(tx, changes, listings)
  await recordHistory(tx, { paperIds: changes.map(({ id }) => id), now: listings.now })
  const rewritten = [...different, ...absorbing(changes)].map(({ id }) => id)
  const moved = new Set([...rewritten, ...relisted])
  return countChanges(changes, moved)
}

/**
 * A bulk write: moves everything that refers to absorbed papers to the papers that absorb them, which exist already,
 * and deletes the absorbed papers. Digests keep the id of an absorbed paper; it leads to the paper that absorbed it.
 */
async function absorb(tx: Database, changes: readonly NumberedChange[]): Promise<void> {
  const pairs = changes.flatMap(({ id, absorbed }) => absorbed.map((gone) => ({ gone, stays: id })))
  if (pairs.length === 0) return
  const moves = JSON.stringify(pairs)
  await tx.$executeRaw`
    update paper_key set paper_id = move.stays
    from jsonb_to_recordset(${moves}::jsonb) as move(gone int, stays int) where paper_id = move.gone`
  await moveListings(tx, moves)
  await tx.$executeRaw`
    update paper_history set paper_id = move.stays
    from jsonb_to_recordset(${moves}::jsonb) as move(gone int, stays int) where paper_id = move.gone`
  await tx.paper.deleteMany({ where: { id: { in: pairs.map(({ gone }) => gone) } } })
  await tx.paperKey.createMany({
    data: pairs.map(({ gone, stays }) => ({ scheme: 'id', value: String(gone), paperId: stays })),
  })
}

/** A bulk write. */
const moveListings = (tx: Database, moves: string) => tx.$executeRaw`
  insert into listing (source, day, paper_id, kind, votes, comments, first_seen, updated_at)
  select source, day, move.stays, min(kind), max(votes), max(comments), min(first_seen), max(updated_at)
  from listing join jsonb_to_recordset(${moves}::jsonb) as move(gone int, stays int) on paper_id = move.gone
  group by source, day, move.stays
  on conflict (source, day, paper_id) do update set kind = least(listing.kind, excluded.kind),
    votes = greatest(listing.votes, excluded.votes), comments = greatest(listing.comments, excluded.comments)`

type Counts = Pick<RecordedListings, 'added' | 'changed' | 'unchanged' | 'rejected'>

function countChanges(changes: NumberedChange[], moved: Set<number>): Counts {
  const existing = changes.filter(({ isNew, absorbed }) => !isNew || absorbed.length > 0)
  const changed = existing.filter(({ id }) => moved.has(id)).length
  return {
    added: changes.length - existing.length,
    changed,
    unchanged: existing.length - changed,
    rejected: [],
  }
}

const absorbing = (changes: NumberedChange[]): NumberedChange[] =>
  changes.filter(({ absorbed }) => absorbed.length > 0)

/** A bulk write: returns the papers whose listing is new or changed. A value that the source no longer gives stays. */
async function upsertListings(
  tx: Database,
  changes: NumberedChange[],
  { source, day, now, firstSeen }: DayListings,
): Promise<number[]> {
  const listed = changes.filter(({ kind }) => kind !== undefined)
  const moved = await tx.$queryRaw<{ id: number }[]>`
    insert into listing (source, day, paper_id, kind, votes, comments, first_seen, updated_at)
    select ${source}, ${day}::date, id, kind, votes, comments, ${now}, ${now}
    from unnest(${listed.map(({ id }) => id)}::int[], ${listed.map(({ kind }) => kind!)}::listing_kind[],
      ${listed.map(({ votes }) => votes)}::int[], ${listed.map(({ comments }) => comments)}::int[])
      as r(id, kind, votes, comments)
    where ${!firstSeen} or not exists (
      select from listing l where l.paper_id = r.id and l.source = ${source} and l.day <> ${day}::date)
    on conflict (source, day, paper_id) do update set kind = least(listing.kind, excluded.kind),
      votes = coalesce(excluded.votes, listing.votes), comments = coalesce(excluded.comments, listing.comments),
      updated_at = excluded.updated_at
    where (coalesce(excluded.votes, listing.votes), coalesce(excluded.comments, listing.comments),
      least(listing.kind, excluded.kind)) is distinct from (listing.votes, listing.comments, listing.kind)
    returning paper_id as id`
  return moved.map(({ id }) => id)
}

async function countListed(
  tx: Database,
  { source, day }: DayListings,
): Promise<Pick<RecordedListings, 'listed' | 'revised'>> {
  const where = { source, day: midnight(day) }
  const all = await tx.listing.count({ where })
  const revised = await tx.listing.count({ where: { ...where, kind: 'revised' } })
  return { listed: all - revised, revised }
}
