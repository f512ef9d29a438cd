import type { DatabaseOrTransaction } from '../platform/database.ts'
import type { ReturnClass } from './reading/returned.ts'

/** In which a failed mail is told, then what else comes back. */
export const RETURN_CLASSES = [
  'dead',
  'full',
  'policy',
  'ours',
  'temporary',
  'unknown',
  'complaint',
  'delayed',
  'auto-reply',
  'not-a-report',
  'unsubscribe',
] as const satisfies NewReturned['class'][]

/** What is known of a return: what came back, about whom, and what was done. */
export interface NewReturned {
  at: Date
  class: ReturnClass | 'unsubscribe'
  status: string | null
  sure: boolean
  /** Without addresses. */
  answer: string
  domain: string | null
  foundBy: FoundBy | null
  messageId: string | null
  subscriberId: string | null
  done: Done
}

/**
 * How a message was found: by the token in the envelope recipient, by the token in a field of the mail that was sent back,
 * by its Message-ID, or by the address that a maker names.
 */
export const FOUND_BY = ['token', 'field', 'message-id', 'maker'] as const
export type FoundBy = (typeof FOUND_BY)[number]

/** What was done about a return. dropped: the sign-up. elsewhere: nothing, since it is about a mailbox behind theirs. */
export const DONE = ['suppressed', 'paused', 'unsubscribed', 'dropped', 'elsewhere', 'nothing'] as const
export type Done = (typeof DONE)[number]

/** A return that counts against an address. */
export interface CountedReturn {
  class: string
  at: Date
  sure: boolean
}

const KEPT_IN_MIND_DAYS = 60
/** Longer than mail servers keep on trying (RFC 5321, 4.5.4.1): what has not come back by then has arrived. */
const ARRIVED_AFTER_DAYS = 5

/**
 * What came back for a subscriber of those classes before `now`, oldest first, without what is settled: a later mail
 * was accepted five days ago or more, and nothing came back for it.
 */
export const countedReturns = (
  db: DatabaseOrTransaction,
  { subscriberId, now }: { subscriberId: string; now: Date },
): Promise<CountedReturn[]> => db.$queryRaw<CountedReturn[]>`
  select r.class, r.at, r.sure from returned r
  where r.subscriber_id = ${subscriberId} and r.class in ('dead', 'full') and r.done <> 'elsewhere'
    and r.at <= ${now} and r.at > ${now}::timestamptz - make_interval(days => ${KEPT_IN_MIND_DAYS}::int)
    and not exists (
      select from message m join acceptance a on a.message_id = m.id
      where m.subscriber_id = r.subscriber_id and a.at > r.at
        and a.at <= ${now}::timestamptz - make_interval(days => ${ARRIVED_AFTER_DAYS}::int)
        and not exists (select from returned b where b.message_id = m.id))
  order by r.at`

/** Takes what servers said out of a subscriber's returns. */
export async function forgetReturns(db: DatabaseOrTransaction, subscriberId: string): Promise<void> {
  await db.returned.updateMany({ where: { subscriberId }, data: { answer: '', domain: null } })
}
