import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'
import type { Paper } from './paper.ts'

/** The parts of a paper's name, and the day of its last change. */
export type SitemapPaper = Pick<Paper, 'id' | 'arxivId' | 'doi'> & { changedOn: Day }

/** The highest paper id; 0 if there are no papers. */
export async function maxSitemapPaperId(db: DatabaseOrTransaction): Promise<number> {
  const [row] = await db.$queryRaw<{ highest: number }[]>`select coalesce(max(id), 0) as highest from paper`
  return row!.highest
}

/** The papers with ids in a range, without withdrawn ones. */
export const sitemapPapers = (
  db: DatabaseOrTransaction,
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
export async function daysWithPapers(db: DatabaseOrTransaction, limit: number): Promise<Day[]> {
  const rows = await db.$queryRaw<{ day: Day }[]>`
    with recursive days as (
      (select day from listing where kind <> 'revised' order by day desc limit 1)
      union all
      select (select day from listing where kind <> 'revised' and listing.day < days.day order by day desc limit 1)
      from days where days.day is not null)
    select to_char(day, 'YYYY-MM-DD') as day from days where day is not null limit ${limit}::int`
  return rows.map(({ day }) => day)
}
