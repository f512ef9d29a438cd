import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DAY_MS, dayOf } from '../../../src/core/dates.ts'
import type { Deps } from '../../../src/core/deps.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { enqueue } from '../../../src/mail/outbox/message.repo.ts'
import { importPapers } from '../../../src/papers/import-papers.ts'
import { secretId } from '../../../src/subscribers/links.ts'
import { suppress } from '../../../src/subscribers/suppress-subscriber.ts'
import type { GoodbyeMessage } from '../../../src/subscribers/transactional-message.ts'
import { importPeople } from '../../support/import-people.ts'

/**
 * digest: an active subscriber. goodbye: a subscriber who left, and gets a last email of the kind that everyone gets
 * unless suppressed. pending: has not confirmed. suppressed: before the run; half of them have a digest ready, half a goodbye.
 */
type Group = 'digest' | 'goodbye' | 'pending' | 'suppressed'

export interface Person {
  group: Group
  subscriberId: string
  address: string
  messageId: string
}

export interface CrowdSize {
  digests: number
  goodbyes: number
  pending: number
  suppressed: number
}

const HEAD = 'email,state,topics,hour,zone,days'
const SCHEDULE = '0,UTC,"mon,tue,wed,thu,fri,sat,sun"'
const CONSENT = 'for these tests'
const DOMAINS = ['one.example', 'two.example', 'three.example']

const addressOf = (group: Group, n: number): string => `${group}-${n}@${DOMAINS[n % DOMAINS.length]}`

/** The lines of a file for `subscribers import`, with the header. */
export const csvOf = (addresses: readonly string[], state = 'active'): string =>
  [HEAD, ...addresses.map((address) => `${address},${state},attention,${SCHEDULE}`)].join('\n')

/** Imports people two days ago; the real planner plans a digest of today for each, or they get a goodbye. */
export async function gather(deps: Deps, folder: string, size: CrowdSize): Promise<Person[]> {
  const now = deps.clock.now()
  const [digests, goodbyes, pending, suppressed] = [
    named('digest', size.digests),
    named('goodbye', size.goodbyes),
    named('pending', size.pending),
    named('suppressed', size.suppressed),
  ]
  const before = { ...deps, clock: { ...deps.clock, now: () => new Date(now.getTime() - 2 * DAY_MS) } }
  const half = Math.floor(suppressed.length / 2)
  const [joined, gone] = [
    [...digests, ...pending, ...suppressed.slice(half)],
    [...goodbyes, ...suppressed.slice(0, half)],
  ]
  await bringIn(before, join(folder, 'joined.csv'), csvOf(joined))
  await bringIn(before, join(folder, 'left.csv'), csvOf(gone, 'unsubscribed'))
  await importPapers(deps, { text: JSON.stringify([PAPER]) })
  await planDigests(deps, { date: dayOf(now) })
  await leaveGoodbyes(deps, gone)
  await deps.db.subscriber.updateMany({ where: { address: { in: pending } }, data: { state: 'pending' } })
  for (const email of suppressed) await suppress(deps, { email, reason: 'operator' })
  return peopleIn(deps)
}

const PAPER = { title: 'Attention', summary: 'On attention.', authors: ['A. Author'] }

const named = (group: Group, count: number): string[] =>
  Array.from({ length: count }, (_, n) => addressOf(group, n))

async function bringIn(deps: Deps, file: string, csv: string): Promise<void> {
  writeFileSync(file, csv)
  await importPeople(deps, file, CONSENT)
}

/** In lane bulk, so that the same worker gets both kinds. */
async function leaveGoodbyes({ db, clock, config }: Deps, addresses: readonly string[]): Promise<void> {
  const people = await db.subscriber.findMany({ where: { address: { in: [...addresses] } } })
  const now = clock.now()
  const messages = people.map(({ id, address, epoch, zone, format }) => ({
    kind: 'goodbye',
    dedupe: `${id}:${now.toISOString()}`,
    localDate: dayOf(now),
    subscriberId: id,
    toAddress: address!,
    secretId: secretId(config.APP_SECRET[0]!),
    content: { epoch, zone, format } satisfies GoodbyeMessage,
    datedAt: now,
    notBefore: now,
    deadline: new Date(now.getTime() + DAY_MS),
  }))
  await enqueue(db, 'bulk', messages)
}

async function peopleIn({ db }: Deps): Promise<Person[]> {
  const messages = await db.message.findMany({ orderBy: { toAddress: 'asc' } })
  return messages.map(({ id, subscriberId, toAddress }) => ({
    group: toAddress!.split('-')[0] as Group,
    subscriberId,
    address: toAddress!,
    messageId: id,
  }))
}
