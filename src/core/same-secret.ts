import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether two secrets are one. Digests are of one length, so that how long it takes tells nothing of either. */
export const isSameSecret = (one: string, other: string): boolean =>
  timingSafeEqual(digestOf(one), digestOf(other))

const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()
