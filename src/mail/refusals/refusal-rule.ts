export const REFUSAL_CLASSES = ['dead', 'full', 'policy', 'ours', 'temporary'] as const

/**
 * The meaning of a reply other than an acceptance. dead: no such mailbox. full: the mailbox accepts nothing at present
 * (full, switched off). policy: the server or its users reject it. ours: our settings, DNS or the format of the email.
 * temporary: not now.
 */
export type RefusalClass = (typeof REFUSAL_CLASSES)[number]

/** The SMTP command that a server replied to; null if that is not known. */
export type RepliedCommand = 'MAIL' | 'RCPT' | 'DATA' | null

/** One reviewed rule. It matches if every list that it has contains a match. */
export interface RefusalRule {
  name: string
  class: RefusalClass
  /** Prefixes of the three digits of the reply: "5", "452". */
  status?: string[]
  /** Enhanced codes (RFC 3463). "x" matches 4 and 5, "*" any detail; null matches a reply without one. */
  enhanced?: (string | null)[]
  /** These instead, if the reply is the text of a report. */
  enhancedInReports?: (string | null)[]
  /** Patterns for the text of the reply, in any case, without accents. */
  text?: RegExp[]
  to?: RepliedCommand[]
  /** Only for the text of a report and the replies that it quotes. */
  onlyInReports?: boolean
  /** The server asks for fewer emails at a time, or for a pause. Unset: true if the status is 421. */
  slowDown?: boolean
}

type When = Omit<RefusalRule, 'name' | 'class'>

export const rule = (name: string, kind: RefusalClass, when: When): RefusalRule => ({
  name,
  class: kind,
  ...when,
})

export const reportRule = (name: string, kind: RefusalClass, when: When): RefusalRule =>
  rule(name, kind, { onlyInReports: true, ...when })

/** A reply to MAIL is about the sender. */
export const NOT_TO_MAIL: RepliedCommand[] = ['RCPT', 'DATA', null]

/** RFC 3463: bad mailbox, bad system, bad syntax, moved without new address. RFC 7505: the domain accepts no email. */
export const NO_SUCH_MAILBOX_CODES = ['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10']
