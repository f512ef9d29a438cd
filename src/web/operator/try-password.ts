import { type Bucket, giveTokenBack, takeTokens } from '../../platform/bucket-store.ts'
import { isSameSecret } from '../../platform/same-secret.ts'
import type { ServiceDeps } from '../../wiring.ts'

const WITHIN_SECONDS = 15 * 60
const within = (key: string, tries: number): Bucket => ({
  key,
  capacity: tries,
  perSecond: tries / WITHIN_SECONDS,
})

/** Over all networks and doors. */
const OF_ALL = within('admin', 50)
const TRIES = 5
const TRIES_IN_A_CROWD = 1

/** Each with tries of its own: a collector with the password of before locks nobody out of the pages. */
type Door = 'admin' | 'metrics'

export interface Tried {
  isRight: boolean
  /** Until there may be another try; 0 where this one was looked at. */
  waitSeconds: number
}

/**
 * Whether it is ADMIN_PASSWORD. Wrong ones count: five in a quarter of an hour of one network, after which none is
 * looked at. Many over all networks shut nobody out: each network has one try left, so that the right one gets in.
 */
export async function tryPassword(
  { db, config, log }: Pick<ServiceDeps, 'db' | 'config' | 'log'>,
  { door, network, password }: { door: Door; network: string; password: string },
): Promise<Tried> {
  const taken: Bucket[] = []
  // Before it is looked at, so that many at once are not more than one after another.
  const take = async (bucket: Bucket) => {
    const found = await takeTokens(db, bucket)
    if (found.allowed) taken.push(bucket)
    return found
  }
  let { waitSeconds } = await take(within(`${door} ${network}`, TRIES))
  if (waitSeconds === 0 && !(await take(OF_ALL)).allowed)
    waitSeconds = (await take(within(`${door} crowd ${network}`, TRIES_IN_A_CROWD))).waitSeconds
  const isRight = waitSeconds === 0 && isSameSecret(password, config.ADMIN_PASSWORD!)
  if (isRight) for (const bucket of taken) await giveTokenBack(db, bucket)
  else log.warn(waitSeconds === 0 ? 'admin.refused' : 'admin.limited')
  return { isRight, waitSeconds: Math.ceil(waitSeconds) }
}
