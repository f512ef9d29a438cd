export const LANES = ['answers', 'digests'] as const
/** answers: to a person who waits. Each lane keeps its own connections. */
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

/** What stands in place of an answer where nobody knows what the server said. */
export const LOST_REPLY = 'its worker ended, or lost its lease'

/** A message to be written down; what it says is made from it when it goes out. */
export interface NewMessage {
  /** 'digest', 'welcome' and 'note' go to active subscribers alone, others to any address that is not suppressed. */
  kind: string
  /** Never two messages of one kind with the same key. */
  dedupe: string
  subscriberId: string
  /** For kind 'digest', and for no other. */
  digestId?: number
  toAddress: string
  /** Which APP_SECRET signs its links. */
  secretId: string
  /** What it says, as plain JSON; a digest's content stands with the digest. */
  content?: unknown
  /** The Date header. */
  datedAt: Date
  /** No try before this instant. */
  notBefore: Date
  /** No try from this instant on. */
  deadline: Date
}

/** A message in the hand of one worker. `attempts` counts the try that is about to be made. */
export interface TakenMessage {
  id: string
  chunkId: number
  kind: string
  subscriberId: string
  digestId: number | null
  toAddress: string
  secretId: string
  content: unknown
  datedAt: Date
  deadline: Date
  attempts: number
  /** The body of an earlier try was written and no answer came. */
  uncertainBefore: boolean
}

/** A message as it goes over the wire. */
export interface ComposedMail {
  /** Envelope sender and recipient: one plain address each. */
  from: string
  to: string
  /** Header and body with CRLF, signed. The same bytes at every try. */
  raw: Buffer
}

/** Makes a message's mail. Throws where it cannot be made: that message is refused, and no other. */
export type Compose = (message: TakenMessage) => Promise<ComposedMail>
