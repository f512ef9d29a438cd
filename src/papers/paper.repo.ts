import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { addDays, type Day } from '../core/dates.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { Paper } from './paper.ts'
import { parsePaperName } from './paper-key.ts'

/** Every paper as the program reads it; a condition on `p` follows. */
export const SELECT_PAPERS = Prisma.sql`
  select p.id, title, abstract, authors, categories, keywords, organization, code_url as "codeUrl",
    project_url as "projectUrl", summary, published_at as "publishedAt", arxiv.value as "arxivId", doi.value as doi,
    to_char(first_day, 'YYYY-MM-DD') as "firstDay", listed.votes, listed.comments,
    coalesce(listed.only_revised, false) as "onlyRevised", to_char(listed.revised_on, 'YYYY-MM-DD') as "revisedDay"
  from paper p
  cross join lateral (
    select max(votes) as votes, max(comments) as comments, bool_and(kind = 'revised') as only_revised,
      max(day) filter (where kind = 'revised') as revised_on
    from listing where paper_id = p.id) listed
  cross join lateral (select min(value) as value from paper_key where paper_id = p.id and scheme = 'arxiv') arxiv
  cross join lateral (select min(value) as value from paper_key where paper_id = p.id and scheme = 'doi') doi`

/**
 * The highest paper number given so far, 0 where there is none. Every lower number can be seen by then, and it never
 * falls: a paper that turned out to be another one counts.
 */
export async function maxPaperId(db: DatabaseOrTransaction): Promise<number> {
  const rows = await db.$queryRaw<{ highest: number }[]>`
    select greatest((select max(id) from paper),
      (select max(value::int) from paper_key where scheme = 'id'), 0) as highest`
  return rows[0]!.highest
}

/** Some of a list: `take` of them after the first `skip`. */
export interface ListSlice {
  skip: number
  take: number
}

// A newer version of a paper is no news of the day, and a paper known by those alone no news at all, unless asked for.
const listedOnDay = (day: Day, withRevised = false): Prisma.Sql =>
  Prisma.sql`p.id in (
    select paper_id from listing where day = ${day}::date and (kind <> 'revised' or ${withRevised}::boolean))`

const mayHold = (withRevised: boolean): Prisma.Sql =>
  Prisma.sql`(${withRevised}::boolean or listed.only_revised is not true)`

/**
 * The papers that any source listed as new or cross on a day, and those listed as newer versions if asked for, most
 * votes first, or a slice of them; without withdrawn ones.
 */
export const papersListedOn = (
  db: DatabaseOrTransaction,
  day: Day,
  slice?: Partial<ListSlice> & { withRevised?: boolean },
): Promise<Paper[]> =>
  db.$queryRaw`
    ${SELECT_PAPERS} where ${listedOnDay(day, slice?.withRevised)} and withdrawn_at is null
    order by listed.votes desc nulls last, p.id limit ${slice?.take ?? null}::int offset ${slice?.skip ?? 0}::int`

/** How many papers `papersListedOn` finds, newer versions not asked for. */
export async function countPapersListedOn(db: DatabaseOrTransaction, day: Day): Promise<number> {
  const rows = await db.$queryRaw<{ count: number }[]>`
    select count(distinct paper_id)::int as count from listing join paper on paper.id = paper_id
    where day = ${day}::date and kind <> 'revised' and withdrawn_at is null`
  return rows[0]!.count
}

/** Whether any paper first listed on a day or later names a category. */
export async function hasCategoriesSince(db: DatabaseOrTransaction, day: Day): Promise<boolean> {
  const rows = await db.$queryRaw<{ named: boolean }[]>`
    select exists(select from paper where first_day >= ${day}::date and withdrawn_at is null
      and categories <> '{}') as named`
  return rows[0]!.named
}

export interface PaperRange {
  /** Papers with higher numbers than this … */
  after: number
  /** … up to this one … */
  upTo: number
  /** … first listed on this day or later … */
  firstDayFrom: Day
  /** … or listed as a newer version on this one or later; left out, no paper known by those alone counts. */
  orRevisedFrom?: Day
}

/** The papers in a range of numbers, in that order; without withdrawn ones. */
export const papersInRange = (
  db: DatabaseOrTransaction,
  { after, upTo, firstDayFrom, orRevisedFrom }: PaperRange,
): Promise<Paper[]> =>
  db.$queryRaw`
    ${SELECT_PAPERS} where p.id > ${after} and p.id <= ${upTo} and withdrawn_at is null
      and (first_day >= ${firstDayFrom}::date or p.id = any(array(
        select paper_id from listing where kind = 'revised' and day >= ${orRevisedFrom ?? null}::date)))
      and ${mayHold(orRevisedFrom !== undefined)}
    order by p.id`

/** A place in the list of the newest: everything after it was listed earlier, or has a lower number. */
export type PaperCursor = Pick<Paper, 'firstDay' | 'id'>

interface Newest {
  after?: PaperCursor
  /** Those that any source listed then. */
  listedOn?: Day
  /** Newer versions too. */
  withRevised?: boolean
  limit: number
}

/** Newest first, at most `most`, without withdrawn ones. */
export const newestPapers = (
  db: DatabaseOrTransaction,
  { after, listedOn, withRevised = false, limit }: Newest,
): Promise<Paper[]> => {
  const rest = after
    ? Prisma.sql`(first_day, p.id) < (${after.firstDay}::date, ${after.id}::int)`
    : Prisma.sql`true`
  const listed = listedOn ? listedOnDay(listedOn, withRevised) : Prisma.sql`true`
  return db.$queryRaw`
    ${SELECT_PAPERS} where ${rest} and ${listed} and ${mayHold(withRevised)} and withdrawn_at is null
    order by first_day desc, p.id desc limit ${limit}::int`
}

/**
 * Papers by number, in the order of the numbers given; withdrawn ones too, unless they are to be left out. Numbers that
 * are gone are left out.
 */
export const papersById = (
  db: DatabaseOrTransaction,
  ids: readonly number[],
  { withWithdrawn = true } = {},
): Promise<Paper[]> =>
  db.$queryRaw`
    ${SELECT_PAPERS} where p.id = any(${[...ids]}::int[]) and (withdrawn_at is null or ${withWithdrawn})
    order by array_position(${[...ids]}::int[], p.id)`

/** A paper by the name that it has in paths ("2507.06457", "doi:…", "id:17", "17"); withdrawn ones too. */
export async function paperByName(db: DatabaseOrTransaction, name: string): Promise<Paper | null> {
  const key = parsePaperName(name)
  if (!key) return null
  const number = key.scheme === 'id' ? Number(key.value) : null
  const rows = await db.$queryRaw<Paper[]>`
    ${SELECT_PAPERS} where p.id = ${number}::int or p.id = (
      select paper_id from paper_key where scheme = ${key.scheme} and value = ${key.value})`
  return rows[0] ?? null
}

// Days on which a source listed a paper that is not withdrawn, as new or cross.
const DAYS = Prisma.sql`
  select to_char(day, 'YYYY-MM-DD') as day from listing join paper on paper.id = paper_id
  where kind <> 'revised' and withdrawn_at is null`

const before = (day: Day): Prisma.Sql =>
  Prisma.sql`${DAYS} and day < ${day}::date order by listing.day desc limit 1`

const following = (day: Day): Prisma.Sql =>
  Prisma.sql`${DAYS} and day > ${day}::date order by listing.day limit 1`

/** The newest day that has papers, up to a day. */
export async function newestDayWithPapers(
  db: DatabaseOrTransaction,
  { upTo }: { upTo: Day },
): Promise<Day | null> {
  const rows = await db.$queryRaw<{ day: Day }[]>(before(addDays(upTo, 1)))
  return rows[0]?.day ?? null
}

export interface NeighbourDays {
  previous: Day | null
  next: Day | null
}

/** The days that have papers just before and just after a day. */
export async function neighbourDays(db: DatabaseOrTransaction, day: Day): Promise<NeighbourDays> {
  const rows = await db.$queryRaw<NeighbourDays[]>`
    select (${before(day)}) as previous, (${following(day)}) as next`
  return rows[0]!
}
