import { createHash, type KeyObject, verify } from 'node:crypto'

/** Whether the first signature of a message is valid: rsa-sha256, relaxed/relaxed (RFC 6376). */
export function dkimVerifies(raw: Buffer, publicKey: KeyObject): boolean {
  const fields = fieldsOf(raw)
  const signature = fields.find((field) => nameOf(field) === 'dkim-signature')
  const { bh, h, b } = tagsOf(signature ?? '')
  if (!signature || !bh || !h || !b || bh !== bodyHash(raw)) return false
  const unsigned = signature.replace(/(;\s*b=)[^;]*/, '$1')
  const signed = [...signedFields(fields, h.split(':')), relaxedField(unsigned)].join('\r\n')
  return verify('sha256', Buffer.from(signed, 'latin1'), publicKey, Buffer.from(b, 'base64'))
}

/** The unmodified header fields with their folds, one character for each byte. */
function fieldsOf(raw: Buffer): string[] {
  const text = raw.toString('latin1')
  return text.slice(0, text.indexOf('\r\n\r\n')).split(/\r\n(?![ \t])/)
}

const nameOf = (field: string): string => field.slice(0, field.indexOf(':')).trim().toLowerCase()

function tagsOf(signature: string): Record<string, string> {
  const tags = signature.slice(signature.indexOf(':') + 1).split(';')
  return Object.fromEntries(
    tags
      .map((tag) => tag.replace(/\s+/g, ''))
      .map((tag) => [tag.split('=', 1)[0], tag.slice(tag.indexOf('=') + 1)]),
  )
}

/** If a name occurs several times, the lowest field is signed first (RFC 6376, 5.4.2). */
function signedFields(fields: string[], names: string[]): string[] {
  const left = [...fields]
  return names.flatMap((name) => {
    const index = left.findLastIndex((field) => nameOf(field) === name.toLowerCase())
    return index < 0 ? [] : left.splice(index, 1).map(relaxedField)
  })
}

const relaxedField = (field: string): string =>
  `${nameOf(field)}:${relaxedLine(field.slice(field.indexOf(':') + 1).replaceAll('\r\n', '')).trimStart()}`

const relaxedLine = (line: string): string => line.replace(/[ \t]+/g, ' ').replace(/ $/, '')

function bodyHash(raw: Buffer): string {
  const text = raw.toString('latin1')
  const lines = text
    .slice(text.indexOf('\r\n\r\n') + 4)
    .split('\r\n')
    .map(relaxedLine)
  const body = lines.join('\r\n').replace(/(\r\n)+$/, '')
  return createHash('sha256')
    .update(body && `${body}\r\n`, 'latin1')
    .digest('base64')
}
