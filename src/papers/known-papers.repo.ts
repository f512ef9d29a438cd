import type { Database } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { keyText } from './group-duplicates.ts'
import type { PaperKey } from './paper-key.ts'

// What the database has about papers before a fetch is recorded.

interface PapersOnDay {
  source: string
  day: Day
  keys: readonly PaperKey[]
}

/** The papers, as "arxiv:2507.06457", that a source has not listed on another day, except as newer versions. */
export async function unseenBy(db: Database, { source, day, keys }: PapersOnDay): Promise<Set<string>> {
  const seen = await papersWhere(
    db,
    keys,
    Prisma.sql`exists (
      select from listing l where l.paper_id = paper.id and l.source = ${source} and l.day <> ${day}::date
        and l.kind <> 'revised')`,
  )
  return without(keys, seen)
}

/** The papers that a source lists on a day, including newer versions. */
export const listedOnDay = (db: Database, { source, day, keys }: PapersOnDay): Promise<Set<string>> =>
  papersWhere(
    db,
    keys,
    Prisma.sql`exists (
      select from listing l where l.paper_id = paper.id and l.source = ${source} and l.day = ${day}::date)`,
  )

export async function papersWithoutDate(db: Database, keys: readonly PaperKey[]): Promise<Set<string>> {
  return without(keys, await papersWhere(db, keys, Prisma.sql`published_at is not null`))
}

/** A report. */
async function papersWhere(db: Database, keys: readonly PaperKey[], fits: Prisma.Sql): Promise<Set<string>> {
  const found = await db.$queryRaw<PaperKey[]>`
    select scheme, value from paper_key k
    join jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as asked(scheme text, value text) using (scheme, value)
    join paper on paper.id = k.paper_id
    where ${fits}`
  return new Set(found.map(keyText))
}

const without = (keys: readonly PaperKey[], gone: ReadonlySet<string>): Set<string> =>
  new Set(keys.map(keyText).filter((key) => !gone.has(key)))
