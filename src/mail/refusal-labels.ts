import type { MessageWithHistory } from './outbox/message-list.repo.ts'
import { classifyRefusal, type Refusal } from './refusals/classify-refusal.ts'

type AttemptReply = Pick<MessageWithHistory['tries'][number], 'status' | 'enhanced' | 'answer'>

/** Computed on each read, not stored with the try, so that newer rules apply. Null if the server did not reply. */
export const refusalClassOf = (attempt: AttemptReply): Refusal['class'] => classifyRefusal(attempt).class

/** " (no such mailbox)"; empty if the server did not reply. */
export function refusalSuffix(attempt: AttemptReply): string {
  const kind = refusalClassOf(attempt)
  return kind === null ? '' : ` (${REFUSAL_LABELS[kind]})`
}

/** The meaning of a refusal, in few words for the operator. */
export const REFUSAL_LABELS: Record<NonNullable<Refusal['class']>, string> = {
  dead: 'no such mailbox',
  full: 'mailbox full or disabled',
  policy: 'policy',
  ours: 'our side',
  temporary: 'temporary',
  unknown: 'no clear reason',
}
