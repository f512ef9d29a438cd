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

/** The newest first; `verbs` narrows. */
export async function recentActions(
  db: DatabaseOrTransaction,
  { limit, verbs }: { limit: number; verbs?: readonly string[] },
): Promise<Required<Action>[]> {
  const where = verbs && { verb: { in: [...verbs] } }
  const rows = await db.action.findMany({ where, orderBy: { id: 'desc' }, take: limit })
  return rows.map(({ at, door, verb, subscriberId, detail }) => ({
    at,
    door: door as Action['door'],
    verb,
    subscriberId: subscriberId ?? '',
    detail,
  }))
}
