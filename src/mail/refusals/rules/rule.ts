export const REFUSAL_CLASSES = ['dead', 'full', 'policy', 'ours', 'temporary'] as const

/**
 * What an answer that is no acceptance means: no such mailbox; a mailbox that takes nothing at present (full, switched
 * off); refused for what the server or its people want; refused for something of ours (settings, DNS, form of the
 * mail); not now.
 */
export type RefusalClass = (typeof REFUSAL_CLASSES)[number]

/** One reviewed rule. It fits where everything that it names fits, and one of each list is enough. */
export interface RefusalRule {
  name: string
  class: RefusalClass
  /** How the three digits of the answer begin: "5", "452". */
  status?: string[]
  /** Enhanced codes (RFC 3463). "x" stands for 4 and 5, "*" for any detail; null: the server gives none. */
  enhanced?: (string | null)[]
  /** Words of the answer, in any case, accents left out. */
  text?: RegExp[]
  /** The server asks for fewer mails at a time, or for a pause. Unset: where the status is 421. */
  slowDown?: boolean
  /** Answers as servers give them, with addresses and hosts that are nobody's; each word list has one. */
  examples: string[]
}
