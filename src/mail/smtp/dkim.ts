import { createHash, createPrivateKey, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import DKIM from 'nodemailer/lib/dkim'
import type { Config } from '../../config/config.ts'
import { errorText, Fault } from '../../core/errors.ts'

export interface DkimKey {
  domain: string
  selector: string
  privateKey: KeyObject
}

/** Receivers ignore a signature with a shorter key. */
const MIN_BITS = 1024

const SIGNED_FIELDS = [
  'From',
  'To',
  'Reply-To',
  'Subject',
  'Date',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
  'List-ID',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'Feedback-ID',
  'Auto-Submitted',
].join(':')

/** The key from the settings; undefined if they name none. Throws dkim.cannot-sign. */
export function loadDkimKey(
  config: Pick<Config, 'DKIM_DOMAIN' | 'DKIM_SELECTOR' | 'DKIM_KEY_FILE'>,
): DkimKey | undefined {
  const { DKIM_DOMAIN: domain, DKIM_SELECTOR: selector, DKIM_KEY_FILE: file } = config
  if (!domain || !selector || !file) return undefined
  try {
    return { domain, selector, privateKey: createPrivateKey(readFileSync(file)) }
  } catch (error) {
    throw new Fault('dkim.cannot-sign', { why: `${file}: ${errorText(error)}` })
  }
}

/** Adds DKIM-Signature. Throws dkim.cannot-sign in cases in which nodemailer silently leaves the email unsigned. */
export async function signDkim(raw: Buffer, key: DkimKey): Promise<Buffer> {
  const signer = new DKIM({
    domainName: key.domain,
    keySelector: key.selector,
    privateKey: key.privateKey,
    headerFieldNames: SIGNED_FIELDS,
  })
  const signed = await buffer(signer.sign(raw))
  if (!fieldsOf(signed).some((field) => nameOf(field) === 'dkim-signature'))
    throw new Fault('dkim.cannot-sign', { why: 'nodemailer made no signature with this key' })
  return signed
}

/** The canary at start: signs a message and verifies it. Throws dkim.cannot-sign. */
export async function assertDkimSigns(key: DkimKey): Promise<void> {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key.privateKey
  if (type !== 'rsa') throw new Fault('dkim.cannot-sign', { why: `the key is ${type}` })
  if ((details?.modulusLength ?? 0) < MIN_BITS)
    throw new Fault('dkim.cannot-sign', { why: `the key has ${details?.modulusLength} bits` })
  const signed = await signDkim(CANARY, key)
  if (!dkimVerifies(signed, createPublicKey(key.privateKey)))
    throw new Fault('dkim.cannot-sign', { why: 'a signature made with this key does not verify' })
}

const CANARY = Buffer.from(
  'From: canary@example.org\r\nSubject:  a  canary\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nsings \r\n\r\n',
)

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
