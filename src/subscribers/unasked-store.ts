import type { DatabaseOrTransaction } from '../platform/database.ts'

/** Pending subscribers whom an import brought and nobody asked yet: the next by id after `after`. */
export async function unaskedAfter(
  db: DatabaseOrTransaction,
  { after, most }: { after: string; most: number },
): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    select id from subscriber s
    where state = 'pending' and imported_at is not null and id collate "C" > ${after} collate "C"
      and not exists (select from signup g where g.subscriber_id = s.id)
    order by id collate "C" limit ${most}`
  return rows.map(({ id }) => id)
}
