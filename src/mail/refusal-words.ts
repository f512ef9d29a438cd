import type { ShownMessage } from './outbox/message-list.repo.ts'
import { classifyRefusal, type Refusal } from './refusals/classify-refusal.ts'

type Try = Pick<ShownMessage['tries'][number], 'status' | 'enhanced' | 'answer'>

/** Not kept with a try: the rules say it again, and newer rules say it better. Null where no answer came. */
export const classOf = (made: Try): Refusal['class'] => classifyRefusal(made).class

/** " (no such mailbox)"; empty where no answer came. */
export function aboutRefusal(made: Try): string {
  const kind = classOf(made)
  return kind === null ? '' : ` (${REFUSAL_WORDS[kind]})`
}

/** What a refusal means, in few words for the operator. */
export const REFUSAL_WORDS: Record<NonNullable<Refusal['class']>, string> = {
  dead: 'no such mailbox',
  full: 'mailbox full or disabled',
  policy: 'policy',
  ours: 'our side',
  temporary: 'temporary',
  unknown: 'no clear reason',
}
