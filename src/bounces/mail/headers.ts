import { decodeEncodedWords } from './charset.ts'
import type { MailHeader } from './parsed-mail.ts'

const MAX_HEADERS = 1000
const MAX_VALUE_LENGTH = 8000
const FIELD = /^([!-9;-~]{1,80})[ \t]*:(.*)$/s

/** Splits an email at its first empty line. Expects lines that end with a line feed. */
export function splitHead(mail: string): { head: string; body: string } {
  const text = mail.replace(/^(?:\s*\n)?(?:>?From [^\n]*\n)?/, '')
  if (!isHead(text)) return { head: '', body: text }
  const end = text.search(/\n[ \t]*\n/)
  if (end < 0) return { head: text, body: '' }
  return { head: text.slice(0, end), body: text.slice(end).replace(/^\n[ \t]*\n/, '') }
}

const isHead = (text: string): boolean => FIELD.test(text.split('\n', 1)[0]!)

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
export const strayLines = (head: string): string =>
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
