import type { BounceClass } from './reading/parsed-bounce.ts'
import type { MessageReferences } from './reading/split-report.ts'

/** What a report says about one recipient, in the same form for every channel. */
export interface BounceEvent {
  class: BounceClass
  /** Null if the report names no recipient, or redacts the address. */
  recipient: string | null
  /** "5.1.1"; null if the report has no status. */
  status: string | null
  /** The mailbox is dead by a server's own reply, not only by free text. */
  sure: boolean
  /** The server's reply, unchanged. */
  answer: string
  about: MessageReferences
}
