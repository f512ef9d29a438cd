/** A whole email in plain data, the input of nodemailer. The same message always yields the same email. */
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
  /** Part of the MIME boundaries. */
  boundary: string
  /** All other fields, each once, in ASCII. */
  headers: Record<string, string>
  text: string
  html?: string
}

/** Never a string such as "Name <address>": that would be parsed, and may contain several addresses. */
interface Mailbox {
  name: string
  address: string
}
