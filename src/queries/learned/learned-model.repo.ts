import type { Database } from '../../core/database/database.ts'
import type { LearnedModel } from '../../generated/prisma/client.ts'

/** What is stored, without the data. */
export const learnedVersions = (db: Database) => db.learnedModel.findMany({ omit: { data: true } })

/** The data of a kind; null if nothing is stored. */
export async function readLearned(db: Database, kind: string): Promise<Uint8Array | null> {
  const row = await db.learnedModel.findUnique({ where: { kind }, select: { data: true } })
  return row?.data ?? null
}

export async function saveLearned(db: Database, { kind, ...values }: LearnedModel): Promise<void> {
  await db.learnedModel.upsert({ where: { kind }, create: { kind, ...values }, update: values })
}

/** The number of papers, without withdrawn ones. Both counts read an index only. */
export async function countPapers(db: Database): Promise<number> {
  const withdrawn = await db.paper.count({ where: { withdrawnAt: { not: null } } })
  return (await db.paper.count()) - withdrawn
}
