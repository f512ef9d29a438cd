import { type AttachmentStream, MailParser } from 'mailparser'
import { decode } from './charset.ts'
import { parseHeaders, splitHead, strayLines } from './headers.ts'
import { headerOf, type MailPart, type ParsedMail } from './parsed-mail.ts'

/** Bytes of an email that are read. Beyond that there is only the returned email. */
export const MAX_BYTES = 2_000_000
const MAX_PARTS = 200
const MAX_PART_BYTES = 256 * 1024

/**
 * Parses an email (RFC 5322, MIME) with any line ends. Reads up to MAX_BYTES in total, 256 KB of each part and 200
 * parts. An email without MIME, or with broken MIME, becomes one part of plain text.
 */
export async function parseMail(raw: Uint8Array): Promise<ParsedMail> {
  const mail = withPlainEnds(raw.subarray(0, MAX_BYTES))
  const { head, body } = splitHead(mail.toString('latin1'))
  const headers = parseHeaders(asText(head))
  const type = headerOf(headers, 'content-type')
  const leaves = head === '' ? [] : await leavesOf(mail).catch(() => [])
  const stray = [
    strayLines(head),
    ...(isMultipart(type) && leaves.length > 0 ? [preambleOf(body)] : []),
  ].filter((text) => text.trim())
  return {
    headers,
    parts: [
      ...stray.map((text) => ({ type: 'text/plain', text: cut(asText(text)) })),
      ...(leaves.length > 0 ? leaves : [{ type: 'text/plain', text: cut(asText(body)) }]),
    ],
  }
}

/** Converts CRLF and CR to LF. */
const withPlainEnds = (raw: Uint8Array): Buffer =>
  Buffer.from(Buffer.from(raw).toString('latin1').replace(/\r\n?/g, '\n'), 'latin1')

const asText = (bytes: string): string => decode(Buffer.from(bytes, 'latin1'))
const cut = (text: string): string => text.slice(0, MAX_PART_BYTES)
const isMultipart = (type: string): boolean => /^multipart\//i.test(type)

/** The text before the first boundary: some servers put their message there. */
const preambleOf = (body: string): string => body.split(/^--(?=\S)/m, 1)[0]!

/**
 * mailparser joins the plain text parts, which hides a returned email among them. With no text types it emits each leaf
 * on its own.
 */
class LeafParser extends MailParser {
  protected readonly textTypes: string[] = []
}

function leavesOf(mail: Buffer): Promise<MailPart[]> {
  const parser = new LeafParser({ ignoreEmbedded: true, checksumAlgo: false, maxChildNodes: MAX_PARTS })
  const leaves: Promise<MailPart>[] = []
  return new Promise((resolve, reject) => {
    parser.on('data', (data) => {
      if (data.type === 'attachment') leaves.push(leafOf(data))
    })
    parser.once('error', reject)
    parser.once('end', () => Promise.all(leaves).then(resolve, reject))
    parser.end(mail)
  })
}

async function leafOf(leaf: AttachmentStream): Promise<MailPart> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of leaf.content) {
    if (size < MAX_PART_BYTES) pieces.push(piece)
    size += piece.length
  }
  leaf.release?.()
  const bytes = Buffer.concat(pieces).subarray(0, MAX_PART_BYTES)
  return { type: typeOf(leaf), text: decode(bytes, charsetOf(leaf)).replace(/\r\n?/g, '\n') }
}

/** An empty field has no content type, although mailparser's types say so. */
const typeOf = ({ contentType }: Partial<AttachmentStream>): string =>
  (contentType || 'text/plain').toLowerCase()

function charsetOf({ headers }: AttachmentStream): string {
  const type = headers.get('content-type') as { params?: { charset?: string } } | undefined
  return type?.params?.charset ?? ''
}
