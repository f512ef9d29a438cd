import type { DatabaseOrTransaction } from '../platform/database.ts'

export interface NewAcceptance {
  messageId: string
  at: Date
  /** What the server said, without addresses. */
  answer: string
}

/**
 * Writes acceptances down, all or none. Nobody's lease is asked for: what the server accepted is accepted, whoever
 * saw it, and beats every other state.
 */
export async function recordAcceptances(db: DatabaseOrTransaction, accepted: NewAcceptance[]): Promise<void> {
  await db.$executeRaw`
    insert into acceptance (message_id, at, answer)
    select * from unnest(
      ${accepted.map(({ messageId }) => messageId)}::text[],
      ${accepted.map(({ at }) => at.toISOString())}::timestamptz[],
      ${accepted.map(({ answer }) => answer)}::text[])`
}
