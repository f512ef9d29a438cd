import type { Database, DatabaseOrTransaction } from '../platform/database.ts'
import { type Day, dayOf, midnight } from '../platform/dates.ts'
import type { SourceRecord } from '../sources/source-record.ts'
import { changesOf, type PaperChange, type StoredPaper } from './changes.ts'
import { keysOf, type PaperKey } from './identifiers.ts'

// One ingest writes at a time, so that the order of numbers is the order in which papers become visible.
const INGEST_LOCK = 4_185_001
const LONGEST_MS = 120_000

export interface Listings {
  source: string
  day: Day
  records: readonly SourceRecord[]
  now: Date
  /** Counts what would change, and changes nothing. */
  dryRun?: boolean
}

export interface Recorded {
  /** Papers seen for the first time. */
  added: number
  /** Known papers of which anything changed: what is known of them, or their listing on this day. */
  changed: number
  unchanged: number
  /** How many papers the source is now known to list on the day. */
  listed: number
}

const UNDO = new Error('dry run')

/** Records what a source lists on a day, in one transaction. The same records once more change nothing. */
export async function recordListings(db: Database, listings: Listings): Promise<Recorded> {
  let recorded: Recorded | undefined
  const work = async (tx: DatabaseOrTransaction) => {
    recorded = await record(tx, listings)
    if (listings.dryRun) throw UNDO
  }
  await db.$transaction(work, { timeout: LONGEST_MS, maxWait: LONGEST_MS }).catch((error) => {
    if (error !== UNDO) throw error
  })
  return recorded!
}

async function record(tx: DatabaseOrTransaction, listings: Listings): Promise<Recorded> {
  await tx.$executeRaw`select pg_advisory_xact_lock(${INGEST_LOCK}::bigint)`
  const stored = await papersWithKeys(tx, listings.records.flatMap(keysOf))
  const changes = await numbered(tx, changesOf(listings.records, stored, listings.day))
  const fresh = changes.filter(({ isNew }) => isNew)
  const different = changes.filter(({ differs }) => differs)
  await absorb(tx, changes)
  await insertPapers(tx, fresh, listings.now)
  await updatePapers(tx, different, listings.now)
  await insertKeys(tx, changes)
  const relisted = await upsertListings(tx, changes, listings)
  const changed = new Set([...different.map(({ id }) => id), ...relisted, ...absorbing(changes)])
  for (const { id } of fresh) changed.delete(id)
  return {
    added: fresh.length,
    changed: changed.size,
    unchanged: changes.length - fresh.length - changed.size,
    listed: await countListed(tx, listings),
  }
}

type Numbered = PaperChange & { id: number; isNew: boolean }

// jsonb carries lists of lists, which unnest cannot.
const json = (value: unknown): string => JSON.stringify(value)

async function papersWithKeys(tx: DatabaseOrTransaction, keys: PaperKey[]): Promise<StoredPaper[]> {
  const found = await tx.$queryRaw<{ id: number }[]>`
    select distinct k.paper_id as id from paper_key k
    join jsonb_to_recordset(${json(keys)}::jsonb) as wanted(scheme text, value text) using (scheme, value)`
  const papers = await tx.paper.findMany({
    where: { id: { in: found.map(({ id }) => id) } },
    include: { keys: { where: { scheme: { not: 'id' } } } },
    omit: { firstSeen: true, updatedAt: true },
    orderBy: { id: 'asc' },
  })
  return papers.map(({ id, keys, ...facts }) => ({
    id,
    keys: keys as (PaperKey & { paperId: number })[],
    facts: { ...facts, firstDay: dayOf(facts.firstDay) },
  }))
}

async function numbered(tx: DatabaseOrTransaction, changes: PaperChange[]): Promise<Numbered[]> {
  const count = changes.filter(({ id }) => id === undefined).length
  const rows = await tx.$queryRaw<{ id: number }[]>`
    select nextval(pg_get_serial_sequence('paper', 'id'))::int as id from generate_series(1, ${count}::int) order by 1`
  const ids = rows.values()
  return changes.map((change) => ({
    ...change,
    id: change.id ?? ids.next().value!.id,
    isNew: change.id === undefined,
  }))
}

const absorbing = (changes: Numbered[]): number[] =>
  changes.filter(({ absorbed }) => absorbed.length > 0).map(({ id }) => id)

// Digests that name an absorbed paper by its number keep it; the number leads to the paper that it is.
async function absorb(tx: DatabaseOrTransaction, changes: Numbered[]): Promise<void> {
  const pairs = changes.flatMap(({ id, absorbed }) => absorbed.map((gone) => ({ gone, stays: id })))
  if (pairs.length === 0) return
  const moves = json(pairs)
  await tx.$executeRaw`
    update paper_key set paper_id = move.stays
    from jsonb_to_recordset(${moves}::jsonb) as move(gone int, stays int) where paper_id = move.gone`
  await tx.$executeRaw`
    insert into listing (source, day, paper_id, votes, comments, first_seen, updated_at)
    select source, day, move.stays, max(votes), max(comments), min(first_seen), max(updated_at)
    from listing join jsonb_to_recordset(${moves}::jsonb) as move(gone int, stays int) on paper_id = move.gone
    group by source, day, move.stays
    on conflict (source, day, paper_id) do update set
      votes = greatest(listing.votes, excluded.votes), comments = greatest(listing.comments, excluded.comments)`
  await tx.paper.deleteMany({ where: { id: { in: pairs.map(({ gone }) => gone) } } })
  await tx.paperKey.createMany({
    data: pairs.map(({ gone, stays }) => ({ scheme: 'id', value: String(gone), paperId: stays })),
  })
}

async function insertPapers(tx: DatabaseOrTransaction, papers: Numbered[], now: Date): Promise<void> {
  const data = papers.map(({ id, facts }) => ({
    id,
    ...facts,
    firstDay: midnight(facts.firstDay),
    firstSeen: now,
    updatedAt: now,
  }))
  await tx.paper.createMany({ data })
}

async function updatePapers(tx: DatabaseOrTransaction, papers: Numbered[], now: Date): Promise<void> {
  if (papers.length === 0) return
  await tx.$executeRaw`
    update paper set title = r.title, abstract = r.abstract, authors = r.authors, categories = r.categories,
      keywords = r.keywords, organization = r.organization, code_url = r."codeUrl", project_url = r."projectUrl",
      published_at = r."publishedAt", version = r.version, withdrawn_at = r."withdrawnAt",
      first_day = r."firstDay", updated_at = ${now}
    from jsonb_to_recordset(${json(papers.map(({ id, facts }) => ({ id, ...facts })))}::jsonb) as r(
      id int, title text, abstract text, authors text[], categories text[], keywords text[], organization text,
      "codeUrl" text, "projectUrl" text, "publishedAt" timestamptz, version int, "withdrawnAt" timestamptz,
      "firstDay" date)
    where paper.id = r.id`
}

async function insertKeys(tx: DatabaseOrTransaction, changes: Numbered[]): Promise<void> {
  const data = changes.flatMap(({ id, newKeys }) => newKeys.map((key) => ({ ...key, paperId: id })))
  await tx.paperKey.createMany({ data, skipDuplicates: true })
}

/** Returns the papers whose listing is new or moved. What a source no longer says stays. */
async function upsertListings(
  tx: DatabaseOrTransaction,
  changes: Numbered[],
  { source, day, now }: Listings,
): Promise<number[]> {
  const rows = json(changes.map(({ id, votes, comments }) => ({ id, votes, comments })))
  const moved = await tx.$queryRaw<{ id: number }[]>`
    insert into listing (source, day, paper_id, votes, comments, first_seen, updated_at)
    select ${source}, ${day}::date, id, votes, comments, ${now}, ${now}
    from jsonb_to_recordset(${rows}::jsonb) as r(id int, votes int, comments int)
    on conflict (source, day, paper_id) do update set
      votes = coalesce(excluded.votes, listing.votes), comments = coalesce(excluded.comments, listing.comments),
      updated_at = excluded.updated_at
    where (coalesce(excluded.votes, listing.votes), coalesce(excluded.comments, listing.comments))
      is distinct from (listing.votes, listing.comments)
    returning paper_id as id`
  return moved.map(({ id }) => id)
}

const countListed = (tx: DatabaseOrTransaction, { source, day }: Listings): Promise<number> =>
  tx.listing.count({ where: { source, day: midnight(day) } })
