import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Encrypts a text with AES-256-GCM: base64url of nonce, ciphertext and tag. `unseal` needs the same `purpose`. */
export function seal(text: string, { secret, purpose }: { secret: string; purpose: string }): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, keyOf(secret, purpose), nonce)
  const encrypted = [cipher.update(text, 'utf8'), cipher.final()]
  return Buffer.concat([nonce, ...encrypted, cipher.getAuthTag()]).toString('base64url')
}

/** The text of `seal`; null if it was changed or truncated, or sealed for another purpose or with an unknown secret. */
export function unseal(
  sealed: string,
  { secrets, purpose }: { secrets: readonly string[]; purpose: string },
): string | null {
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return null
  for (const secret of secrets) {
    const decipher = createDecipheriv(CIPHER, keyOf(secret, purpose), bytes.subarray(0, NONCE_BYTES))
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    try {
      const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
      return Buffer.concat([text, decipher.final()]).toString('utf8')
    } catch {
      // Sealed with another secret, or not by `seal`.
    }
  }
  return null
}

const keyOf = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', purpose, 32))

// The system's generator takes longer to ask than to reply. No byte is used twice.
const POOL_BYTES = 4096
let pool: Buffer = Buffer.alloc(0)
let poolUsed = 0

/** `bits` random bits from the system's generator as base64url text that does not begin with a dash. */
export function randomId(bits: 80 | 96 | 128 | 256): string {
  const bytes = bits / 8
  if (poolUsed + bytes > pool.length) {
    pool = randomBytes(POOL_BYTES)
    poolUsed = 0
  }
  poolUsed += bytes
  const id = pool.toString('base64url', poolUsed - bytes, poolUsed)
  // On a command line, a word that begins with a dash is an option: one id in 64 could not be typed.
  return id.startsWith('-') ? randomId(bits) : id
}

/** Distinguishes secrets without revealing them: hexadecimal. */
export const fingerprintOf = (secret: string): string =>
  createHmac('sha256', secret).update('fingerprint').digest('hex')

/** Whether two secrets are equal. Digests have the same length, so the time taken reveals nothing about either. */
export const isSameSecret = (one: string, other: string): boolean =>
  timingSafeEqual(digestOf(one), digestOf(other))

const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()
