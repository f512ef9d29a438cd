import type { Database } from '../core/database/database.ts'
import { Fault } from '../core/errors.ts'
import { counted, words } from '../i18n/words.ts'
import { networksOf } from './networks.ts'
import { type Bucket, takePermits } from './permits.repo.ts'

/** How often one visitor may do something. Wider networks around the visitor get a multiple: see `networksOf`. */
export interface RateLimit {
  /** The first part of the bucket's key: "signup". */
  name: string
  /** For the operator: "sign-ups of one network". */
  label: string
  capacity: number
  perSecond: number
}

export const bucketsOf = ({ name, capacity, perSecond }: RateLimit, ip: string): Bucket[] =>
  networksOf(ip).map(({ prefix, share }) => ({
    key: `${name} ${prefix}`,
    capacity: capacity * share,
    perSecond: perSecond * share,
  }))

/** Takes one permit, or `count`, at every network of an IP address. Throws rate.too-many. */
export async function requirePermit(
  db: Database,
  limit: RateLimit,
  { ip, count }: { ip: string; count?: number },
): Promise<void> {
  const { allowed, waitSeconds } = await takePermits(db, bucketsOf(limit, ip), count)
  if (!allowed) throw tooManyRequests(limit.label, waitSeconds)
}

/** rate.too-many, with the wait in seconds and in words. */
export const tooManyRequests = (limit: string, waitSeconds: number): Fault =>
  new Fault('rate.too-many', { limit, ...retryAfter(waitSeconds) })

/** A wait in whole seconds, and in words. */
export function retryAfter(waitSeconds: number): { seconds: number; wait: string } {
  const seconds = Math.ceil(waitSeconds)
  const wait =
    seconds < 100
      ? counted(seconds, words.counts.second)
      : counted(Math.ceil(seconds / 60), words.counts.minute)
  return { seconds, wait }
}
