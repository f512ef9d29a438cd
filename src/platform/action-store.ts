import type { DatabaseOrTransaction } from './database.ts'

/** What the operator did. `detail` and `verb` hold no address. */
export interface Action {
  at: Date
  door: 'admin' | 'api' | 'command'
  /** As the command says it: "subscribers suppress". */
  verb: string
  subscriberId?: string
  detail?: string
}

export async function recordAction(db: DatabaseOrTransaction, action: Action): Promise<void> {
  await db.action.create({ data: action })
}

/** The newest first. */
export async function recentActions(
  db: DatabaseOrTransaction,
  { limit }: { limit: number },
): Promise<Required<Action>[]> {
  const rows = await db.action.findMany({ orderBy: { id: 'desc' }, take: limit })
  return rows.map(({ at, door, verb, subscriberId, detail }) => ({
    at,
    door: door as Action['door'],
    verb,
    subscriberId: subscriberId ?? '',
    detail,
  }))
}
