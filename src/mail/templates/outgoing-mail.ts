/** A whole mail in plain data, as delivery hands it to nodemailer: the same message always gives the same one. */
export interface OutgoingMail {
  /** Plain addresses with ASCII domains. */
  envelope: { from: string; to: string }
  from: Mailbox
  to: Mailbox
  replyTo?: Mailbox
  subject: string
  /** With its angle brackets. */
  messageId: string
  date: Date
  /** What the MIME boundaries are made of. */
  boundary: string
  /** Every other field, each once, in ASCII. */
  headers: Record<string, string>
  text: string
  html?: string
}

/** Never a string such as "Name <address>": that would be parsed, and may hold several. */
interface Mailbox {
  name: string
  address: string
}
