import type { MessageReferences } from './reading/message-references.ts'
import type { BounceClass } from './reading/parsed-bounce.ts'

/** What a report says of one recipient, whatever brought it. */
export interface BounceEvent {
  class: BounceClass
  /** Null where it names nobody, or hides the name. */
  recipient: string | null
  /** "5.1.1"; null where it gives none. */
  status: string | null
  /** Dead by a server's own answer, not by words alone. */
  sure: boolean
  /** What the server said, as it stands there. */
  answer: string
  about: MessageReferences
}
