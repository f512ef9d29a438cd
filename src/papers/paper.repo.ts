import type { Database } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { Paper } from './paper.ts'
import { parsePaperName } from './paper-key.ts'
import { withStoredPlain } from './plain-paper.ts'

// SQL by hand: reports over papers, listings and keys.

/** Selects papers in the shape of `PaperRow`. A condition on `p` follows. */
const SELECT_PAPERS = Prisma.sql`
  select p.id, title, abstract, authors, categories, keywords, organization, code_url as "codeUrl",
    code_stars as "codeStars", project_url as "projectUrl", summary, published_at as "publishedAt", "arxivId", doi,
    to_char(first_day, 'YYYY-MM-DD') as "firstDay", listed.votes, listed.comments,
    coalesce(listed.only_revised, false) as "onlyRevised", to_char(listed.revised_on, 'YYYY-MM-DD') as "revisedDay",
    plain.fingerprint as "plainFingerprint", plain.content as plain
  from paper p
  left join plain_paper plain on plain.paper_id = p.id
  cross join lateral (
    select max(votes) as votes, max(comments) as comments, bool_and(kind = 'revised') as only_revised,
      max(day) filter (where kind = 'revised') as revised_on
    from listing where paper_id = p.id) listed
  cross join lateral (
    select min(value) filter (where scheme = 'arxiv') as "arxivId", min(value) filter (where scheme = 'doi') as doi
    from paper_key where paper_id = p.id) keys`

type PaperRow = Paper & { plainFingerprint: string | null; plain: unknown }

const papersFrom = async (rows: Promise<PaperRow[]>): Promise<Paper[]> =>
  (await rows).map(({ plainFingerprint, plain, ...paper }) => withStoredPlain(paper, plainFingerprint, plain))

/**
 * The highest paper id so far, 0 if there are no papers. All lower ids are visible by then. It never decreases:
 * absorbed papers count.
 */
export async function maxPaperId(db: Database): Promise<number> {
  const rows = await db.$queryRaw<{ highest: number }[]>`
    select greatest((select max(id) from paper),
      (select max(value::int) from paper_key where scheme = 'id'), 0) as highest`
  return rows[0]!.highest
}

// By default, a newer version is not listed on a day, and a paper that has only newer versions is not listed at all.
const listedOnDay = (day: Day, withRevised = false): Prisma.Sql =>
  Prisma.sql`p.id in (
    select paper_id from listing where day = ${day}::date and (kind <> 'revised' or ${withRevised}::boolean))`

const mayHold = (withRevised: boolean): Prisma.Sql =>
  Prisma.sql`(${withRevised}::boolean or listed.only_revised is not true)`

/**
 * The papers that a source listed on a day as new or cross, and with `withRevised` as newer versions. Most votes first,
 * without withdrawn ones.
 */
export const papersListedOn = (db: Database, day: Day, { withRevised = false } = {}): Promise<Paper[]> =>
  papersFrom(db.$queryRaw`
    ${SELECT_PAPERS} where ${listedOnDay(day, withRevised)} and withdrawn_at is null
    order by listed.votes desc nulls last, p.id`)

interface PaperRange {
  /** Only papers with a higher id … */
  after: number
  /** … up to this id … */
  upTo: number
  /** … that were first listed on this day or later … */
  firstDayFrom: Day
  /**
   * … or listed as a newer version on this day or later. If absent, papers that have only newer versions are excluded.
   */
  orRevisedFrom?: Day
}

/** The papers in a range of ids, in order of ids, without withdrawn ones. */
export const papersInRange = (
  db: Database,
  { after, upTo, firstDayFrom, orRevisedFrom }: PaperRange,
): Promise<Paper[]> =>
  papersFrom(db.$queryRaw`
    ${SELECT_PAPERS} where p.id > ${after} and p.id <= ${upTo} and withdrawn_at is null
      and (first_day >= ${firstDayFrom}::date or p.id = any(array(
        select paper_id from listing where kind = 'revised' and day >= ${orRevisedFrom ?? null}::date)))
      and ${mayHold(orRevisedFrom !== undefined)}
    order by p.id`)

/** A position in the list of newest papers: all papers after it were first listed earlier, or have a lower id. */
export type PaperCursor = Pick<Paper, 'firstDay' | 'id'>

interface Newest {
  after?: PaperCursor
  /** Only papers that a source listed on this day. */
  listedOn?: Day
  withRevised?: boolean
  limit: number
}

/** The newest papers first, up to `limit`, without withdrawn ones. */
export const newestPapers = (
  db: Database,
  { after, listedOn, withRevised = false, limit }: Newest,
): Promise<Paper[]> => {
  const rest = after
    ? Prisma.sql`(first_day, p.id) < (${after.firstDay}::date, ${after.id}::int)`
    : Prisma.sql`true`
  const listed = listedOn ? listedOnDay(listedOn, withRevised) : Prisma.sql`true`
  return papersFrom(db.$queryRaw`
    ${SELECT_PAPERS} where ${rest} and ${listed} and ${mayHold(withRevised)} and withdrawn_at is null
    order by first_day desc, p.id desc limit ${limit}::int`)
}

/**
 * Papers by id, in the order of the given ids. Includes withdrawn papers unless `withWithdrawn` is false. Skips ids
 * that no longer exist.
 */
export async function papersById(
  db: Database,
  ids: readonly number[],
  { withWithdrawn = true } = {},
): Promise<Paper[]> {
  if (ids.length === 0) return []
  return papersFrom(db.$queryRaw`
    ${SELECT_PAPERS} where p.id = any(${[...ids]}::int[]) and (withdrawn_at is null or ${withWithdrawn})
    order by array_position(${[...ids]}::int[], p.id)`)
}

/** A paper by its name in a path ("2507.06457", "doi:…", "id:17", "17"); includes withdrawn papers. */
export async function paperByName(db: Database, name: string): Promise<Paper | null> {
  const key = parsePaperName(name)
  if (!key) return null
  const number = key.scheme === 'id' ? Number(key.value) : null
  const rows = await papersFrom(db.$queryRaw`
    ${SELECT_PAPERS} where p.id = ${number}::int or p.id = (
      select paper_id from paper_key where scheme = ${key.scheme} and value = ${key.value})`)
  return rows[0] ?? null
}

/** The next papers after an id, in order of ids, without withdrawn ones. */
export const papersAfter = (
  db: Database,
  { after, most }: { after: number; most: number },
): Promise<Paper[]> =>
  papersFrom(
    db.$queryRaw`${SELECT_PAPERS} where p.id > ${after} and withdrawn_at is null order by p.id limit ${most}::int`,
  )

/** The papers with a newer version listed on a day or later, without withdrawn ones. */
export const papersRevisedSince = (db: Database, day: Day): Promise<Paper[]> =>
  papersFrom(db.$queryRaw`${SELECT_PAPERS} where withdrawn_at is null and p.id in (
    select paper_id from listing where kind = 'revised' and day >= ${day}::date) order by p.id`)

/** Changes when a paper is added, and when a paper or a listing changes. */
export async function newestState(db: Database): Promise<string> {
  const [row] = await db.$queryRaw<{ state: string }[]>`
    select concat_ws(' ', (select max(updated_at) from paper), (select max(updated_at) from listing),
      (select max(id) from paper), (select max(value::int) from paper_key where scheme = 'id')) as state`
  return row!.state
}

/** When a paper or a listing last changed; null for an empty database. */
export async function lastChange(db: Database): Promise<Date | null> {
  const [row] = await db.$queryRaw<{ at: Date | null }[]>`
    select greatest((select max(updated_at) from paper), (select max(updated_at) from listing)) as at`
  return row!.at
}

/** When one of these papers, or one of their listings, last changed; null if all of them are gone. */
export async function lastChangeOf(db: Database, ids: readonly number[]): Promise<Date | null> {
  const [row] = await db.$queryRaw<{ at: Date | null }[]>`
    select greatest((select max(updated_at) from paper where id = any(${[...ids]}::int[])),
      (select max(updated_at) from listing where paper_id = any(${[...ids]}::int[]))) as at`
  return row!.at
}

/**
 * The papers that changed at an instant or later, including changes of votes, and the ids of those that are gone:
 * withdrawn, or absorbed by another paper.
 */
export async function changesSince(db: Database, since: Date) {
  const papers = await papersFrom(db.$queryRaw`
    ${SELECT_PAPERS} where withdrawn_at is null and p.id in (
      select id from paper where updated_at >= ${since}
      union select paper_id from listing where updated_at >= ${since})
    order by p.id`)
  const gone = await db.$queryRaw<{ id: number }[]>`
    select id from paper where withdrawn_at is not null and updated_at >= ${since}
    union all select value::int from paper_key where scheme = 'id'`
  return { papers, gone: gone.map(({ id }) => id) }
}

/** The parts of a paper's name, and the day of its last change. */
type SitemapPaper = Pick<Paper, 'id' | 'arxivId' | 'doi'> & { changedOn: Day }

/** The highest paper id; 0 if there are no papers. */
export async function maxSitemapPaperId(db: Database): Promise<number> {
  const last = await db.paper.findFirst({ orderBy: { id: 'desc' }, select: { id: true } })
  return last?.id ?? 0
}

/** The papers with ids in a range, without withdrawn ones. */
export const sitemapPapers = (
  db: Database,
  { after, upTo }: { after: number; upTo: number },
): Promise<SitemapPaper[]> =>
  db.$queryRaw`
    select p.id, min(k.value) filter (where k.scheme = 'arxiv') as "arxivId",
      min(k.value) filter (where k.scheme = 'doi') as doi, to_char(p.updated_at, 'YYYY-MM-DD') as "changedOn"
    from paper p left join paper_key k on k.paper_id = p.id and k.scheme in ('arxiv', 'doi')
    where p.id > ${after} and p.id <= ${upTo} and p.withdrawn_at is null
    group by p.id order by p.id`

/**
 * The days with papers, newest first. The query jumps from day to day in the index, since a day may have thousands of
 * listings.
 */
export async function daysWithPapers(db: Database, limit: number): Promise<Day[]> {
  const rows = await db.$queryRaw<{ day: Day }[]>`
    with recursive days as (
      (select day from listing where kind <> 'revised' order by day desc limit 1)
      union all
      select (select day from listing where kind <> 'revised' and listing.day < days.day order by day desc limit 1)
      from days where days.day is not null)
    select to_char(day, 'YYYY-MM-DD') as day from days where day is not null limit ${limit}::int`
  return rows.map(({ day }) => day)
}
