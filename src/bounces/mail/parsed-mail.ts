/** An email as plain data: reading it requires no parser, and it can be passed to another thread. */
export interface ParsedMail {
  headers: MailHeader[]
  /** The leaf parts in order, as text. An embedded email or report is one leaf and is not parsed further. */
  parts: MailPart[]
}

export interface MailHeader {
  /** In lower case. */
  name: string
  /** Decoded (RFC 2047) and unfolded. */
  value: string
}

export interface MailPart {
  /** "message/delivery-status", in lower case and without parameters. */
  type: string
  /** Lines end with a line feed. */
  text: string
}

/** The value of the first field with this name (lower case); "" if there is none. */
export const headerOf = (headers: readonly MailHeader[], name: string): string =>
  headers.find((header) => header.name === name)?.value ?? ''
