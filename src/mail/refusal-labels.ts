import type { MessageWithHistory } from './outbox/message-list.repo.ts'
import { classifyRefusal, type Refusal } from './refusals/classify-refusal.ts'

type AttemptReply = Pick<MessageWithHistory['tries'][number], 'status' | 'enhanced' | 'answer'>

/** Not kept with a try: the rules say it again, and newer rules say it better. Null where no answer came. */
export const refusalClassOf = (attempt: AttemptReply): Refusal['class'] => classifyRefusal(attempt).class

/** " (no such mailbox)"; empty where no answer came. */
export function refusalSuffix(attempt: AttemptReply): string {
  const kind = refusalClassOf(attempt)
  return kind === null ? '' : ` (${REFUSAL_LABELS[kind]})`
}

/** What a refusal means, in few words for the operator. */
export const REFUSAL_LABELS: Record<NonNullable<Refusal['class']>, string> = {
  dead: 'no such mailbox',
  full: 'mailbox full or disabled',
  policy: 'policy',
  ours: 'our side',
  temporary: 'temporary',
  unknown: 'no clear reason',
}
