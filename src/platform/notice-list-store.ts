import type { DatabaseOrTransaction } from './database.ts'

export interface ListedNotice {
  kind: string
  key: string
  at: Date
  /** Null: the mail server has not taken it yet. */
  toldAt: Date | null
}

/** What the operator was told by mail, newest first. */
export const newestNotices = (
  db: DatabaseOrTransaction,
  { limit }: { limit: number },
): Promise<ListedNotice[]> =>
  db.notice.findMany({
    select: { kind: true, key: true, at: true, toldAt: true },
    orderBy: { id: 'desc' },
    take: limit,
  })
