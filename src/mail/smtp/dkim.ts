import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { domainToASCII } from 'node:url'
import { promisify } from 'node:util'
import type { Config } from '../../config/config.ts'
import { errorText, Fault } from '../../core/errors.ts'

export interface DkimKey {
  domain: string
  selector: string
  privateKey: KeyObject
}

/** Receivers ignore a signature with a shorter key. */
const MIN_BITS = 1024

/** In the order in which they are signed. */
const SIGNED_FIELDS = [
  'from',
  'to',
  'reply-to',
  'subject',
  'date',
  'message-id',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'list-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'feedback-id',
  'auto-submitted',
]

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

/**
 * Adds DKIM-Signature: RFC 6376, rsa-sha256, relaxed/relaxed, one tag a line. nodemailer's signer makes the same
 * signature, but takes more than twice the processor time of RSA itself. Signs in a thread of Node's pool. `raw` has CRLF line ends. Throws
 * dkim.cannot-sign.
 */
export async function signDkim(raw: Buffer, key: DkimKey): Promise<Buffer> {
  if (key.privateKey.asymmetricKeyType !== 'rsa')
    throw new Fault('dkim.cannot-sign', { why: `the key is ${key.privateKey.asymmetricKeyType}` })
  const text = raw.toString('latin1')
  const headerEnd = text.indexOf('\r\n\r\n')
  const fields = signedFields(text.slice(0, headerEnd))
  const body = relaxedBody(text.slice(headerEnd + 4))
  const bodyHash = createHash('sha256').update(body, 'latin1').digest('base64')
  const tags = [
    'v=1',
    'a=rsa-sha256',
    'c=relaxed/relaxed',
    `d=${domainToASCII(key.domain)}`,
    'q=dns/txt',
    `s=${key.selector}`,
    `bh=${bodyHash}`,
    `h=${[...fields.keys()].join(':')}`,
    'b=',
  ]
  const unsigned = `DKIM-Signature: ${tags.join(';\r\n ')}`
  const lines = [...fields].map(([name, field]) => `${name}:${relaxedField(field)}`)
  const data = [...lines, `dkim-signature:${relaxedField(unsigned)}`].join('\r\n')
  const signature = await signInThread('sha256', Buffer.from(data, 'latin1'), key.privateKey)
  const folded = signature
    .toString('base64')
    .replace(/(^.{73}|.{75}(?!\r?\n|\r))/g, '$&\r\n ')
    .trim()
  return Buffer.concat([Buffer.from(`${unsigned}${folded}\r\n`, 'latin1'), raw])
}

const signInThread = promisify<string, Buffer, KeyObject, Buffer>(sign)

/** The fields to sign, by their names in lower case; of several with one name, the last. */
function signedFields(header: string): Map<string, string> {
  const byName = new Map(
    header.split(/\r\n(?![ \t])/).map((field) => [field.slice(0, field.indexOf(':')).toLowerCase(), field]),
  )
  return new Map(SIGNED_FIELDS.flatMap((name) => (byName.has(name) ? [[name, byName.get(name)!]] : [])))
}

/** RFC 6376, 3.4.2 */
const relaxedField = (field: string): string =>
  field
    .slice(field.indexOf(':') + 1)
    .replaceAll('\r\n', '')
    .replace(/[ \t]+/g, ' ')
    .trim()

/** RFC 6376, 3.4.4: without blanks at line ends and empty lines at the end, and with one blank for several. */
function relaxedBody(body: string): string {
  const text = body.replace(/[ \t]+(?=\r\n|$)/g, '').replace(/ [ \t]+|\t[ \t]*/g, ' ')
  let end = text.length
  while (text.endsWith('\r\n', end)) end -= 2
  return end === 0 ? '' : `${text.slice(0, end)}\r\n`
}

/** The canary at start: signs a message, and verifies what the key signed. Throws dkim.cannot-sign. */
export async function assertDkimSigns(key: DkimKey): Promise<void> {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key.privateKey
  if (type !== 'rsa') throw new Fault('dkim.cannot-sign', { why: `the key is ${type}` })
  if ((details?.modulusLength ?? 0) < MIN_BITS)
    throw new Fault('dkim.cannot-sign', { why: `the key has ${details?.modulusLength} bits` })
  await signDkim(CANARY, key)
  const signature = sign('sha256', CANARY, key.privateKey)
  if (!verify('sha256', CANARY, createPublicKey(key.privateKey), signature))
    throw new Fault('dkim.cannot-sign', { why: 'a signature made with this key does not verify' })
}

const CANARY = Buffer.from(
  'From: canary@example.org\r\nSubject:  a  canary\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nsings \r\n\r\n',
)
