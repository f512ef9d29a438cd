import type { ServiceDeps } from '../../core/deps.ts'
import { type Bucket, bucketsOf, chargePermits, type RateLimit, takePermits } from '../../core/rate-limit.ts'
import { isSameSecret } from '../../core/same-secret.ts'

const WITHIN_SECONDS = 15 * 60
const tries = (capacity: number) => ({ capacity, perSecond: capacity / WITHIN_SECONDS })

/** Over all networks and doors. */
const OF_ALL: Bucket = { key: 'admin', ...tries(50) }
const limitOf = (name: string, capacity: number): RateLimit => ({
  name,
  label: 'wrong passwords of one network',
  ...tries(capacity),
})
const TRIES = 5
const TRIES_IN_A_CROWD = 1

/** Each with tries of its own: a collector with an outdated password locks nobody out of the pages. */
type Door = 'admin' | 'metrics'

export interface Tried {
  isRight: boolean
  /** Seconds until the next try; 0 if this one was checked. */
  waitSeconds: number
}

/**
 * Whether it is ADMIN_PASSWORD. Wrong ones count: after five in a quarter of an hour from one network (15 and 45 from
 * the wider ones around it) none is checked. 50 over all networks lock nobody out: each network then has one try left
 * (3 and 9), so that the right password gets in.
 */
export async function tryPassword(
  { db, config, log }: Pick<ServiceDeps, 'db' | 'config' | 'log'>,
  { door, ip, password }: { door: Door; ip: string; password: string },
): Promise<Tried> {
  const taken: Bucket[] = []
  // Before the check, so that many tries at once count like one after another.
  const waitFor = async (buckets: readonly Bucket[]) => {
    const { allowed, waitSeconds } = await takePermits(db, buckets)
    if (allowed) taken.push(...buckets)
    return waitSeconds
  }
  let waitSeconds = await waitFor(bucketsOf(limitOf(door, TRIES), ip))
  if (waitSeconds === 0 && (await waitFor([OF_ALL])) > 0)
    waitSeconds = await waitFor(bucketsOf(limitOf(`${door} crowd`, TRIES_IN_A_CROWD), ip))
  const isRight = waitSeconds === 0 && isSameSecret(password, config.ADMIN_PASSWORD!)
  if (isRight || waitSeconds > 0) await chargePermits(db, taken, -1)
  if (!isRight) log.warn(waitSeconds === 0 ? 'admin.refused' : 'admin.limited')
  return { isRight, waitSeconds: Math.ceil(waitSeconds) }
}
