import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
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
  if (signed.toString('latin1', 0, 15) !== 'DKIM-Signature:')
    throw new Fault('dkim.cannot-sign', { why: 'nodemailer made no signature with this key' })
  return signed
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
