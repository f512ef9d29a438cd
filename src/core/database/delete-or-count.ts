/** A table of Prisma's client. */
interface Table<Where> {
  count(query: { where: Where }): PromiseLike<number>
  deleteMany(query: { where: Where }): PromiseLike<{ count: number }>
}

export interface PruneMode {
  dryRun: boolean
}

/** Deletes rows, or counts them in a dry run. Returns the number of rows. */
export async function deleteOrCount<Where>(
  table: Table<Where>,
  where: Where,
  { dryRun }: PruneMode,
): Promise<number> {
  return dryRun ? table.count({ where }) : (await table.deleteMany({ where })).count
}
