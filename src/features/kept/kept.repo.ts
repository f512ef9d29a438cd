import type { Database } from '../../core/database/database.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import { idsEver } from '../../papers/merged-ids.repo.ts'
import type { WhyShown } from '../../queries/reasons/reason-text.ts'

/** A paper that someone keeps, under the id that it has now. */
export interface Kept {
  paperId: number
  at: Date
  /** Why a digest showed it; null if no digest said. */
  why: WhyShown | null
}

interface KeptRow extends Kept {
  removedAt: Date | null
}

/** A report: everything that a subscriber keeps or has just removed, newest first; a paper once if two were merged. */
async function keptRows(db: Database, subscriberId: string): Promise<KeptRow[]> {
  return db.$queryRaw<KeptRow[]>`
    select * from (
      select distinct on (coalesce(k.paper_id, p.paper_id))
        coalesce(k.paper_id, p.paper_id) as "paperId", p.at, p.why, p.removed_at as "removedAt"
      from kept_paper p left join paper_key k on k.scheme = 'id' and k.value = p.paper_id::text
      where p.subscriber_id = ${subscriberId}
      order by coalesce(k.paper_id, p.paper_id), p.removed_at is not null, p.at) one
    order by at desc, "paperId" desc`
}

/** Newest first. */
export const keptPapers = async (db: Database, subscriberId: string): Promise<Kept[]> =>
  (await keptRows(db, subscriberId)).filter(({ removedAt }) => removedAt === null)

export const countKept = async (db: Database, subscriberId: string): Promise<number> =>
  (await keptPapers(db, subscriberId)).length

interface KeptPaperRef {
  subscriberId: string
  /** The id that the paper has now. */
  paperId: number
}

/** Brings a removed paper back as it was. Returns whether it is kept now. */
export async function restorePaper(tx: Database, { subscriberId, paperId }: KeptPaperRef): Promise<boolean> {
  const restored = await tx.keptPaper.updateMany({
    where: { subscriberId, paperId: { in: await idsEver(tx, paperId) } },
    data: { removedAt: null },
  })
  return restored.count > 0
}

/** Keeps a paper; one that was removed comes back as it was. */
export async function keepPaper(
  tx: Database,
  paper: KeptPaperRef,
  { at, why }: { at: Date; why: WhyShown | null },
): Promise<void> {
  if (await restorePaper(tx, paper)) return
  const { subscriberId, paperId } = paper
  const stored = why === null ? Prisma.DbNull : (why as unknown as Prisma.InputJsonObject)
  await tx.keptPaper.create({ data: { subscriberId, paperId, at, why: stored } })
}

/** Removes a paper under each id that it had. It stays for a while, so that this can be undone. */
export async function removePaper(
  tx: Database,
  { subscriberId, paperId }: KeptPaperRef,
  now: Date,
): Promise<void> {
  await tx.keptPaper.updateMany({
    where: { subscriberId, paperId: { in: await idsEver(tx, paperId) }, removedAt: null },
    data: { removedAt: now },
  })
}

/** Deletes papers that were removed before `before`, or counts them in a dry run. */
export async function pruneRemoved(
  db: Database,
  { before, dryRun }: { before: Date; dryRun: boolean },
): Promise<number> {
  const where = { removedAt: { lt: before } }
  return dryRun ? db.keptPaper.count({ where }) : (await db.keptPaper.deleteMany({ where })).count
}

/** All rows of a subscriber, also of removed papers. */
export const keptHistory = (db: Database, subscriberId: string) => keptRows(db, subscriberId)

export async function eraseKept(tx: Database, subscriberId: string): Promise<void> {
  await tx.keptPaper.deleteMany({ where: { subscriberId } })
}
