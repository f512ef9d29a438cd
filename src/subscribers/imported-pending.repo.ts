import type { DatabaseOrTransaction } from '../core/database/database.ts'

export interface ImportedPendingPage {
  ids: string[]
  /** Where the next page begins; null after the last page. */
  last: string | null
}

/**
 * Imported pending subscribers who have not been asked yet, among the next `look` of all subscribers by id after
 * `after`. All pages together scan the table once and sort nothing, however few subscribers they find.
 */
export async function importedPendingAfter(
  db: DatabaseOrTransaction,
  { after, look }: { after: string; look: number },
): Promise<ImportedPendingPage> {
  const [page] = await db.$queryRaw<ImportedPendingPage[]>`
    with page as materialized (
      select id, state, imported_at from subscriber where id > ${after} order by id limit ${look})
    select max(id) as last, coalesce(array_agg(id order by id) filter (
      where state = 'pending' and imported_at is not null
        and (select true from signup g where g.subscriber_id = page.id limit 1) is not true), '{}') as ids
    from page`
  return page!
}
