import type { Action as ActionRow } from '../generated/prisma/client.ts'
import type { Database } from './database/database.ts'

/** One action of the operator. `detail` and `verb` never contain an address. */
export interface Action {
  at: Date
  via: 'admin' | 'api' | 'command'
  verb: string
  subscriberId?: string
  detail?: string
  /** The name of the operator, if the login method gives one; never an address. */
  by?: string
}

export async function recordAction(db: Database, action: Action): Promise<void> {
  await db.action.create({ data: action })
}

export type RecordedAction = Required<Action> & { id: number }

/** Newest first. `verbs` filters by verb; `before` returns the actions with a smaller id. */
export async function recentActions(
  db: Database,
  { limit, verbs, before }: { limit: number; verbs?: readonly string[]; before?: number },
): Promise<RecordedAction[]> {
  const where = { id: { lt: before }, ...(verbs && { verb: { in: [...verbs] } }) }
  const rows = await db.action.findMany({ where, orderBy: { id: 'desc' }, take: limit })
  return rows.map(toRecordedAction)
}

/** All actions on one subscriber, newest first. They are kept when the subscriber is erased. */
export async function actionsForSubscriber(db: Database, subscriberId: string): Promise<RecordedAction[]> {
  const rows = await db.action.findMany({ where: { subscriberId }, orderBy: { id: 'desc' } })
  return rows.map(toRecordedAction)
}

const toRecordedAction = ({ via, subscriberId, ...row }: ActionRow): RecordedAction => ({
  ...row,
  via: via as Action['via'],
  subscriberId: subscriberId ?? '',
})
