import type { Day } from '../core/dates.ts'
import type { ServiceDeps } from '../core/deps.ts'
import { errorText } from '../core/errors.ts'

export const LANES = ['transactional', 'bulk'] as const
/** transactional: to a person who waits; bulk: digests. Each lane has its own connections. */
export type Lane = (typeof LANES)[number]

export const MESSAGE_STATES = [
  'ready',
  'taken',
  'accepted',
  'deferred',
  'refused',
  'uncertain',
  'gave_up',
  'skipped',
] as const
export type MessageState = (typeof MESSAGE_STATES)[number]

/** Stored as the reply if the worker was lost and the server's reply is unknown. */
export const LOST_REPLY = 'its worker ended, or lost its lease'

/** A message to enqueue; its email is rendered from it when it is sent. */
export interface NewMessage {
  /** 'digest', 'welcome' and 'note' only go to active subscribers, others to any address that is not suppressed. */
  kind: string
  /** Unique among the messages of one kind and local date. */
  dedupe: string
  /** Determined by `dedupe`, whenever the message is enqueued: otherwise a repeat on another day would be a new message. */
  localDate: Day
  subscriberId: string
  digestId?: number
  toAddress: string
  /** Id of the APP_SECRET that signs its links. */
  secretId: string
  /** The content as plain JSON; that of a digest is stored with the digest. */
  content?: unknown
  /** Why it is not sent, as a code: then it is recorded as skipped. */
  skipped?: string | undefined
  datedAt: Date
  notBefore: Date
  /** There is no try at or after this time. */
  deadline: Date
}

/** A message that one worker has taken. `attempts` includes the try that is about to begin. */
export interface TakenMessage {
  id: string
  localDate: Day
  batchId: number
  kind: string
  subscriberId: string
  digestId: number | null
  toAddress: string
  secretId: string
  content: unknown
  /** The content of its digest as it is stored; null if it has none. */
  digestContent: unknown
  datedAt: Date
  deadline: Date
  attempts: number
  /** An earlier try wrote the body and got no reply. */
  uncertainBefore: boolean
}

export interface ComposedMail {
  /** Envelope sender and recipient: one plain address each. */
  from: string
  to: string
  /** Header and body with CRLF, signed. Every try sends the same bytes. Each access may join them once more. */
  readonly raw: Buffer
}

/** Renders the email of a message. If it throws, this message is refused, and no other. */
export type Compose = (message: TakenMessage) => Promise<ComposedMail>

/** Nudges the workers after a transactional message. Never throws: it is stored, and the next tick nudges too. */
export const nudgeTransactional = ({ queue, log }: ServiceDeps): Promise<void> =>
  queue.nudge('drain-transactional').catch((error) => log.error('queue.error', { what: errorText(error) }))
