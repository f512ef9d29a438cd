import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether two secrets are equal. Digests have the same length, so the time taken reveals nothing about either. */
export const isSameSecret = (one: string, other: string): boolean =>
  timingSafeEqual(digestOf(one), digestOf(other))

const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()
