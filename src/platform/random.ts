import { randomBytes } from 'node:crypto'

/** `bits` random bits from the system's generator as base64url text. */
export const randomId = (bits: 80 | 96 | 128 | 256): string => randomBytes(bits / 8).toString('base64url')
