/** A mail as plain data: what is read of it needs no parser, and it can cross to another thread. */
export interface ParsedMail {
  headers: MailHeader[]
  /** The leaves in their order, as text. An embedded mail or report is one of them, and is not taken apart. */
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
  /** Lines end with \n. */
  text: string
}

/** The value of the first field of this name (lower case); "" where there is none. */
export const headerOf = (headers: readonly MailHeader[], name: string): string =>
  headers.find((header) => header.name === name)?.value ?? ''
