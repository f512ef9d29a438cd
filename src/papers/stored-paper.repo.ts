import type { Database } from '../core/database/database.ts'
import { dayOf } from '../core/dates.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { type PaperChange, type Ranks, type StoredPaper, withNewFields } from './merge.ts'
import type { PaperKey } from './paper-key.ts'

// SQL by hand: bulk writes of a day’s papers.

/** A change with an assigned id. */
export type NumberedChange = PaperChange & { id: number; isNew: boolean }

// jsonb can contain nested lists, which unnest cannot, and rejects half a character.
const json = (value: unknown): string => JSON.stringify(value)

/** The papers that have any of these keys, each with all its keys, by id. */
export async function papersWithKeys(tx: Database, keys: PaperKey[]): Promise<StoredPaper[]> {
  const found = await tx.$queryRaw<{ id: number; onlyRevised: boolean }[]>`
    select p.id,
      not exists(select from listing where paper_id = p.id and kind <> 'revised') as "onlyRevised"
    from paper p where id in (
      select k.paper_id from paper_key k
      join unnest(${keys.map(({ scheme }) => scheme)}::text[], ${keys.map(({ value }) => value)}::text[])
        as wanted(scheme, value) using (scheme, value))`
  const onlyRevised = new Map(found.map((paper) => [paper.id, paper.onlyRevised]))
  const papers = await tx.paper.findMany({
    where: { id: { in: [...onlyRevised.keys()] } },
    include: { keys: { where: { scheme: { not: 'id' } } } },
    omit: { firstSeen: true, updatedAt: true },
    orderBy: { id: 'asc' },
  })
  return papers.map(({ id, keys, ranks, ...facts }) => {
    const listed = { firstDay: dayOf(facts.firstDay), onlyRevised: onlyRevised.get(id)! }
    return {
      id,
      keys: keys as (PaperKey & { paperId: number })[],
      facts: { ...facts, ...listed, ranks: withNewFields(ranks as Partial<Ranks>) },
    }
  })
}

export async function assignIds(tx: Database, changes: PaperChange[]): Promise<NumberedChange[]> {
  const count = changes.filter(({ id }) => id === undefined).length
  const rows = await tx.$queryRaw<{ id: number }[]>`
    select nextval(ids)::int as id
    from cast(pg_get_serial_sequence('paper', 'id') as regclass) as ids, generate_series(1, ${count}::int) order by 1`
  const ids = rows.values()
  return changes.map((change) => ({
    ...change,
    id: change.id ?? ids.next().value!.id,
    isNew: change.id === undefined,
  }))
}

// The columns of a paper in JSON. Not createMany: Prisma splits a long list into statements that it runs at once.
const PAPER_COLUMNS = Prisma.sql`id int, title text, abstract text, authors text[], categories text[], keywords text[],
  organization text, "codeUrl" text, "codeStars" int, "projectUrl" text, summary text, "publishedAt" timestamptz, version int, ranks jsonb,
  "withdrawnAt" timestamptz, "firstDay" date`

const rowsOf = (papers: NumberedChange[]): string => json(papers.map(({ id, facts }) => ({ id, ...facts })))

export async function insertPapers(tx: Database, changes: NumberedChange[], now: Date): Promise<void> {
  const fresh = changes.filter(({ isNew }) => isNew)
  if (fresh.length === 0) return
  await tx.$executeRaw`
    insert into paper (id, title, abstract, authors, categories, keywords, organization, code_url, code_stars, project_url, summary,
      published_at, version, ranks, withdrawn_at, first_day, first_seen, updated_at)
    select id, title, abstract, authors, categories, keywords, organization, "codeUrl", "codeStars", "projectUrl", summary,
      "publishedAt", version, ranks, "withdrawnAt", "firstDay", ${now}, ${now}
    from jsonb_to_recordset(${rowsOf(fresh)}::jsonb) as r(${PAPER_COLUMNS})`
}

export async function updatePapers(tx: Database, papers: NumberedChange[], now: Date): Promise<void> {
  if (papers.length === 0) return
  await tx.$executeRaw`
    update paper set title = r.title, abstract = r.abstract, authors = r.authors, categories = r.categories,
      keywords = r.keywords, organization = r.organization, code_url = r."codeUrl", code_stars = r."codeStars", project_url = r."projectUrl",
      summary = r.summary, published_at = r."publishedAt", version = r.version, ranks = r.ranks,
      withdrawn_at = r."withdrawnAt", first_day = r."firstDay", updated_at = ${now}
    from jsonb_to_recordset(${rowsOf(papers)}::jsonb) as r(${PAPER_COLUMNS})
    where paper.id = r.id`
}

/** Inserts the new keys. Their papers must exist. */
export async function insertKeys(tx: Database, changes: NumberedChange[]): Promise<void> {
  const keys = changes.flatMap(({ id, newKeys }) => newKeys.map((key) => ({ ...key, paperId: id })))
  if (keys.length === 0) return
  await tx.$executeRaw`
    insert into paper_key (scheme, value, paper_id)
    select scheme, value, "paperId" from jsonb_to_recordset(${json(keys)}::jsonb) as r(scheme text, value text, "paperId" int)
    on conflict do nothing`
}
