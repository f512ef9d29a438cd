import type { Database } from '../core/database/database.ts'

/** The ids that papers have now, by the id that they had: of a merged paper, that of the paper that it became. */
export async function currentIds(db: Database, ids: readonly number[]): Promise<Map<number, number>> {
  const merged = await db.paperKey.findMany({
    where: { scheme: 'id', value: { in: ids.map(String) } },
    select: { value: true, paperId: true },
  })
  const found = new Map(merged.map(({ value, paperId }) => [Number(value), paperId]))
  return new Map(ids.map((id) => [id, found.get(id) ?? id]))
}

/** A paper's id, and those of the papers that were merged into it. */
export async function idsEver(db: Database, paperId: number): Promise<number[]> {
  const keys = await db.paperKey.findMany({ where: { paperId, scheme: 'id' }, select: { value: true } })
  return [paperId, ...keys.map(({ value }) => Number(value))]
}
