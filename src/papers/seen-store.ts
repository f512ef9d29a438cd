import type { DatabaseOrTransaction } from '../platform/database.ts'
import type { Day } from '../platform/dates.ts'
import { type Identifier, identifierText } from '../sources/source-record.ts'

/** Of these papers, as "arxiv:2507.06457", those that a source has not listed on another day, newer versions aside. */
export async function unseenBy(
  db: DatabaseOrTransaction,
  { source, day, keys }: { source: string; day: Day; keys: readonly Identifier[] },
): Promise<Set<string>> {
  const seen = await db.$queryRaw<Identifier[]>`
    select scheme, value from paper_key k
    join jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as asked(scheme text, value text) using (scheme, value)
    where exists (
      select from listing l where l.paper_id = k.paper_id and l.source = ${source} and l.day <> ${day}::date
        and l.kind <> 'revised')`
  return without(keys, seen)
}

/** Of these papers, those that a source has on a day, newer versions too. */
export async function listedOn(
  db: DatabaseOrTransaction,
  { source, day, keys }: { source: string; day: Day; keys: readonly Identifier[] },
): Promise<Set<string>> {
  const listed = await db.$queryRaw<Identifier[]>`
    select scheme, value from paper_key k
    join jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as asked(scheme text, value text) using (scheme, value)
    where exists (
      select from listing l where l.paper_id = k.paper_id and l.source = ${source} and l.day = ${day}::date)`
  return new Set(listed.map(identifierText))
}

/** Of these papers, those of which it is not known when they were published. */
export async function barePapers(
  db: DatabaseOrTransaction,
  keys: readonly Identifier[],
): Promise<Set<string>> {
  const known = await db.$queryRaw<Identifier[]>`
    select scheme, value from paper_key k
    join jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as asked(scheme text, value text) using (scheme, value)
    join paper p on p.id = k.paper_id where p.published_at is not null`
  return without(keys, known)
}

function without(keys: readonly Identifier[], others: readonly Identifier[]): Set<string> {
  const gone = new Set(others.map(identifierText))
  return new Set(keys.map(identifierText).filter((key) => !gone.has(key)))
}
