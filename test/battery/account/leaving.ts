import { setTimeout as sleep } from 'node:timers/promises'
import { eraseSubscriber } from '../../../src/account/erase-subscriber.ts'
import { unsubscribeByOperator } from '../../../src/account/unsubscribe.ts'
import type { Deps } from '../../../src/core/deps.ts'
import { Fault } from '../../../src/core/errors.ts'
import { signLink } from '../../../src/subscribers/links.ts'
import { suppress } from '../../../src/subscribers/suppress-subscriber.ts'
import type { Chance } from '../bench/seeded-random.ts'
import type { Person } from './crowd.ts'

/** A departure: what a subscriber does during a run, or the operator or their mail server for them. */
interface Departure {
  /** The reason why their message is skipped from then on. */
  reason: 'unsubscribed' | 'erased' | 'suppressed'
  /** Its share among the others. */
  weight: number
  /** Resolves once it is acknowledged. */
  go(world: World, person: Person): Promise<unknown>
}

interface World {
  deps: Deps
  /** The URL of a process with the role web. */
  site: string
}

const press =
  (body: RequestInit['body'], headers?: Record<string, string>) => (world: World, person: Person) =>
    post(world, person, { body, headers })

const DEPARTURES: Record<string, Departure> = {
  'one-click, multipart': { reason: 'unsubscribed', weight: 3, go: press(oneClickForm()) },
  'one-click, urlencoded': {
    reason: 'unsubscribed',
    weight: 3,
    go: press('List-Unsubscribe=One-Click', { 'content-type': 'application/x-www-form-urlencoded' }),
  },
  'one-click, empty': { reason: 'unsubscribed', weight: 2, go: press(undefined) },
  page: { reason: 'unsubscribed', weight: 2, go: press(new URLSearchParams({ from: 'page' })) },
  operator: {
    reason: 'unsubscribed',
    weight: 2,
    go: ({ deps }, { subscriberId }) => unsubscribeByOperator(deps, { id: subscriberId }),
  },
  erased: {
    reason: 'erased',
    weight: 4,
    go: ({ deps }, { subscriberId }) => eraseSubscriber(deps, { id: subscriberId }),
  },
  dead: {
    reason: 'suppressed',
    weight: 2,
    go: ({ deps }, { address }) => suppress(deps, { email: address, reason: 'dead' }),
  },
  'suppressed by the operator': {
    reason: 'suppressed',
    weight: 2,
    go: ({ deps }, { address }) => suppress(deps, { email: address, reason: 'operator' }),
  },
}

function oneClickForm(): FormData {
  const form = new FormData()
  form.set('List-Unsubscribe', 'One-Click')
  return form
}

async function post(
  { deps, site }: World,
  { subscriberId }: Person,
  { body, headers }: RequestInit,
): Promise<void> {
  const link = { purpose: 'unsubscribe', id: subscriberId, epoch: 0, issuedAt: deps.clock.now() } as const
  const token = signLink(link, deps.config.APP_SECRET[0]!)
  // A new connection each time, as from many clients.
  const request = {
    method: 'POST',
    body,
    headers: { ...headers, connection: 'close' },
    redirect: 'manual',
  } as const
  const { status } = await fetch(`${site}/unsubscribe/${token}`, request)
  if (status !== 200 && status !== 303) throw new Error(`an unsubscribe returned ${status}`)
}

/** A departure of one person, at a share of the run. */
export interface Plan {
  person: Person
  departure: string
  /** 0: the run starts; 1: every email is sent. */
  at: number
}

export const isSuppression = ({ departure }: Plan): boolean => DEPARTURES[departure]!.reason === 'suppressed'

/** A departure that was acknowledged. */
export interface Left extends Plan {
  reason: Departure['reason']
  /** Milliseconds of the machine's clock, after the acknowledgement. */
  acknowledgedAt: number
}

/** Who leaves how and when: the same for the same seed. Those who left long ago are erased or suppressed. */
export function planLeaving(
  people: readonly Person[],
  { events, chance }: { events: number; chance: Chance },
): Plan[] {
  const random = chance.random()
  const shuffled = people
    .map((person) => ({ person, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ person }) => person)
  const plans = shuffled
    .slice(0, events)
    .map((person) => ({ person, departure: departureFor(person, random()), at: timeFor(random(), random()) }))
    .sort((a, b) => a.at - b.at)
  for (const { person, departure, at } of plans) chance.record(`${person.address} ${departure} at ${at}`)
  return plans
}

/** Four in ten leave at the same time, the others at random times. */
const timeFor = (chance: number, share: number): number => (chance < 0.4 ? 0.3 : 0.02 + 0.88 * share)

function departureFor({ group }: Person, chance: number): string {
  const fitting = Object.entries(DEPARTURES).filter(
    ([, { reason }]) => group !== 'goodbye' || reason !== 'unsubscribed',
  )
  let left = chance * fitting.reduce((sum, [, { weight }]) => sum + weight, 0)
  for (const [name, { weight }] of fitting) {
    left -= weight
    if (left < 0) return name
  }
  return fitting.at(-1)![0]
}

const AT_ONCE = 6
const MAX_TRIES = 5
const AGAIN_AFTER_MS = 500

/** Tries again after an error: a busy machine may end a transaction that takes too long. */
async function untilAcknowledged(world: World, { departure, person }: Plan): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await DEPARTURES[departure]!.go(world, person)
      return
    } catch (error) {
      // An erasure that seemed to fail may have been committed.
      if (error instanceof Fault && error.code === 'subscriber.unknown' && tries > 1) return
      if (error instanceof Fault || tries === MAX_TRIES) throw error
      await sleep(AGAIN_AFTER_MS)
    }
  }
}

/** Runs the plans as the run goes on: `reached` resolves once that share of it is done. */
export async function leave(
  world: World,
  plans: readonly Plan[],
  reached: (share: number) => Promise<void>,
): Promise<Left[]> {
  const left: Left[] = []
  const failures: unknown[] = []
  const inProgress = new Set<Promise<void>>()
  const begin = (plan: Plan): Promise<void> => {
    const { reason } = DEPARTURES[plan.departure]!
    const one = untilAcknowledged(world, plan)
      .then(() => void left.push({ ...plan, reason, acknowledgedAt: Date.now() }))
      .catch((error) => void failures.push(error))
      .finally(() => inProgress.delete(one))
    return one
  }
  for (const plan of plans) {
    await reached(plan.at)
    if (inProgress.size >= AT_ONCE) await Promise.race(inProgress)
    inProgress.add(begin(plan))
    if (failures.length > 0) break
  }
  await Promise.all(inProgress)
  if (failures.length > 0) throw failures[0]
  return left
}
