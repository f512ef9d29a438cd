import type { ServiceDeps } from '../../core/deps.ts'
import { isSameSecret } from '../../core/secrets.ts'
import { type Bucket, chargePermits, takePermits } from '../../limits/permits.repo.ts'
import { bucketsOf, type RateLimit } from '../../limits/rate-limit.ts'

const WITHIN_SECONDS = 15 * 60
const tries = (capacity: number) => ({ capacity, perSecond: capacity / WITHIN_SECONDS })

/** Shared by all networks and both kinds of login. */
const GLOBAL_BUCKET: Bucket = { key: 'admin', ...tries(50) }
const limitOf = (name: string, capacity: number): RateLimit => ({
  name,
  label: 'wrong passwords of one network',
  ...tries(capacity),
})
const MAX_TRIES = 5
const MAX_TRIES_WHEN_CROWDED = 1

/**
 * Each kind has its own attempts: a metrics collector with an outdated password does not lock the operator out of the
 * pages.
 */
type LoginKind = 'admin' | 'metrics'

/**
 * Compares with ADMIN_PASSWORD. Wrong passwords count: after five in a quarter of an hour from one network (15 and 45
 * from the wider networks around it) none is checked. 50 wrong ones over all networks lock no one out: each network
 * then has one attempt left (3 and 9 for the wider ones), so that the correct password gets in. `waitSeconds`: until the
 * next try; 0 if this one was checked.
 */
export async function checkPassword(
  { db, config, log }: Pick<ServiceDeps, 'db' | 'config' | 'log'>,
  { kind, ip, password }: { kind: LoginKind; ip: string; password: string },
) {
  const taken: Bucket[] = []
  // Before the comparison, so that many parallel attempts count like sequential ones.
  const waitFor = async (buckets: readonly Bucket[]) => {
    const { allowed, waitSeconds } = await takePermits(db, buckets)
    if (allowed) taken.push(...buckets)
    return waitSeconds
  }
  let waitSeconds = await waitFor(bucketsOf(limitOf(kind, MAX_TRIES), ip))
  if (waitSeconds === 0 && (await waitFor([GLOBAL_BUCKET])) > 0)
    waitSeconds = await waitFor(bucketsOf(limitOf(`${kind} crowd`, MAX_TRIES_WHEN_CROWDED), ip))
  const isCorrect = waitSeconds === 0 && isSameSecret(password, config.ADMIN_PASSWORD!)
  if (isCorrect || waitSeconds > 0) await chargePermits(db, taken, -1)
  if (!isCorrect) log.warn(waitSeconds === 0 ? 'admin.refused' : 'admin.limited')
  return { isCorrect, waitSeconds: Math.ceil(waitSeconds) }
}
