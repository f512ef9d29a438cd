import type { AttachmentStream } from 'mailparser'
import { undefinedIfThrown } from '../../core/errors.ts'

const SAYS_NOTHING = /^(?:|(?:us-?)?ascii|unknown.*|x-unknown)$/i

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
    // Some servers put their message before the first boundary.
    ...(/^multipart\//i.test(type) && leaves.length > 0 ? body.split(/^--(?=\S)/m, 1) : []),
  ].filter((text) => text.trim())
  return {
    headers,
    parts: [
      ...stray.map((text) => ({ type: 'text/plain', text: cut(asText(text)) })),
      ...(leaves.length > 0 ? leaves : [{ type: 'text/plain', text: cut(asText(body)) }]),
    ],
  }
}

const withPlainEnds = (raw: Uint8Array): Buffer =>
  Buffer.from(Buffer.from(raw).toString('latin1').replace(/\r\n?/g, '\n'), 'latin1')

const asText = (bytes: string): string => decode(Buffer.from(bytes, 'latin1'))
const cut = (text: string): string => text.slice(0, MAX_PART_BYTES)

/**
 * mailparser joins the plain text parts, which hides a returned email among them. With no text types it emits each leaf
 * on its own. It is loaded here because few processes read emails, and loading it takes a quarter of a second.
 */
async function leavesOf(mail: Buffer): Promise<MailPart[]> {
  const { MailParser } = await import('mailparser')
  class LeafParser extends MailParser {
    protected readonly textTypes: string[] = []
  }
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

const MAX_HEADERS = 1000
const MAX_VALUE_LENGTH = 8000
const FIELD = /^([!-9;-~]{1,80})[ \t]*:(.*)$/s

/** Splits an email at its first empty line. Expects lines that end with a line feed. */
export function splitHead(mail: string): { head: string; body: string } {
  const text = mail.replace(/^(?:\s*\n)?(?:>?From [^\n]*\n)?/, '')
  if (!FIELD.test(text.split('\n', 1)[0]!)) return { head: '', body: text }
  const end = text.search(/\n[ \t]*\n/)
  if (end < 0) return { head: text, body: '' }
  return { head: text.slice(0, end), body: text.slice(end).replace(/^\n[ \t]*\n/, '') }
}

/**
 * The fields of a header section, unfolded and decoded, without lines that are no field. Up to 1000 fields of 8000
 * characters.
 */
export function parseHeaders(head: string): MailHeader[] {
  const headers: MailHeader[] = []
  for (const line of unfolded(head)) {
    const [, name, value] = FIELD.exec(line) ?? []
    if (name === undefined || value === undefined) continue
    headers.push({ name: name.toLowerCase(), value: decodeEncodedWords(value.trim()) })
    if (headers.length === MAX_HEADERS) break
  }
  return headers
}

/** Lines of a header section that are no field: text of an email whose header is missing or broken. */
const strayLines = (head: string): string =>
  unfolded(head)
    .filter((line) => !FIELD.test(line))
    .join('\n')

function unfolded(head: string): string[] {
  const lines: string[] = []
  for (const line of head.split('\n')) {
    const last = lines.at(-1)
    if (last === undefined || !/^[ \t]/.test(line)) lines.push(line.slice(0, MAX_VALUE_LENGTH))
    else if (last.length < MAX_VALUE_LENGTH)
      lines[lines.length - 1] = `${last} ${line.trim()}`.slice(0, MAX_VALUE_LENGTH)
  }
  return lines
}

/** Decodes bytes in the named charset, else UTF-8, else Latin-1, so that a wrong charset name loses no text. */
function decode(bytes: Uint8Array, charset = ''): string {
  for (const name of [charset.trim(), 'utf-8']) {
    if (SAYS_NOTHING.test(name)) continue
    const decode = () => new TextDecoder(name, { fatal: true }).decode(bytes, { stream: true }) // may end mid-character
    const text = undefinedIfThrown(decode)
    if (text !== undefined) return text
  }
  return new TextDecoder('windows-1252').decode(bytes)
}

const WORD = /=\?([\w.:-]{1,40})(?:\*[\w-]*)?\?([bq])\?([^?\s]{0,1000})\?=/gi

/** Decodes the encoded words (RFC 2047) of a header value; everything else is unchanged. */
const decodeEncodedWords = (value: string): string =>
  value
    .replace(/(\?=)\s{1,10}(?==\?)/g, '$1')
    .replace(WORD, (_word, charset: string, kind: string, coded: string) =>
      decode(kind.toLowerCase() === 'b' ? Buffer.from(coded, 'base64') : quoted(coded), charset),
    )

const quoted = (coded: string): Buffer =>
  Buffer.from(
    coded
      .replace(/_/g, ' ')
      .replace(/=([\da-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    'latin1',
  )

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
