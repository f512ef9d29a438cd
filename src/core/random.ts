import { randomBytes } from 'node:crypto'

/** `bits` random bits from the system's generator as base64url text that does not begin with a dash. */
export function randomId(bits: 80 | 96 | 128 | 256): string {
  const id = randomBytes(bits / 8).toString('base64url')
  // On a command line, a word that begins with a dash is an option: one id in 64 could not be typed.
  return id.startsWith('-') ? randomId(bits) : id
}

/** Several ids from one call of the generator; the call takes most of the time. */
export function randomIds(bits: 80 | 96 | 128 | 256, count: number): string[] {
  const [size, bytes] = [bits / 8, randomBytes((bits / 8) * count)]
  return Array.from({ length: count }, (_, i) => {
    const id = bytes.toString('base64url', i * size, (i + 1) * size)
    return id.startsWith('-') ? randomId(bits) : id
  })
}
