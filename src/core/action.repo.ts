import type { Action as ActionRow } from '../generated/prisma/client.ts'
import type { DatabaseOrTransaction } from './database/database.ts'

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

/** Its number rises. */
export type RecordedAction = Required<Action> & { id: number }

/** The newest first; `verbs` narrows, `before` goes on from a number. */
export async function recentActions(
  db: DatabaseOrTransaction,
  { limit, verbs, before }: { limit: number; verbs?: readonly string[]; before?: number },
): Promise<RecordedAction[]> {
  const where = { id: { lt: before }, ...(verbs && { verb: { in: [...verbs] } }) }
  const rows = await db.action.findMany({ where, orderBy: { id: 'desc' }, take: limit })
  return rows.map(toRecordedAction)
}

/** Everything that was done to one subscriber, the newest first; kept when they are erased. */
export async function actionsForSubscriber(
  db: DatabaseOrTransaction,
  subscriberId: string,
): Promise<RecordedAction[]> {
  const rows = await db.action.findMany({ where: { subscriberId }, orderBy: { id: 'desc' } })
  return rows.map(toRecordedAction)
}

const toRecordedAction = ({ door, subscriberId, ...row }: ActionRow): RecordedAction => ({
  ...row,
  door: door as Action['door'],
  subscriberId: subscriberId ?? '',
})
