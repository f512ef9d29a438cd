import type { DatabaseOrTransaction } from '../../platform/database.ts'

/** What a return has to know of a message. */
export interface AboutMessage {
  id: string
  subscriberId: string
  /** Null where they were erased since. */
  toAddress: string | null
}

export const messageAbout = (db: DatabaseOrTransaction, id: string): Promise<AboutMessage | null> =>
  db.message.findUnique({ where: { id }, select: { id: true, subscriberId: true, toAddress: true } })
