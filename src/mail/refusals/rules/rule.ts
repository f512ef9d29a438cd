export const REFUSAL_CLASSES = ['dead', 'full', 'policy', 'ours', 'temporary'] as const

/**
 * The meaning of a reply other than an acceptance. dead: no such mailbox. full: the mailbox accepts nothing at present
 * (full, switched off). policy: the server or its users reject it. ours: our settings, DNS or the format of the email.
 * temporary: not now.
 */
export type RefusalClass = (typeof REFUSAL_CLASSES)[number]

/** One reviewed rule. It matches if every list that it has contains a match. */
export interface RefusalRule {
  name: string
  class: RefusalClass
  /** Prefixes of the three digits of the reply: "5", "452". */
  status?: string[]
  /** Enhanced codes (RFC 3463). "x" matches 4 and 5, "*" any detail; null matches a reply without one. */
  enhanced?: (string | null)[]
  /** Patterns for the text of the reply, in any case, without accents. */
  text?: RegExp[]
  /** The server asks for fewer emails at a time, or for a pause. Unset: true if the status is 421. */
  slowDown?: boolean
  /** Real replies, with invented addresses and hosts; every pattern of `text` has one. */
  examples: string[]
}
