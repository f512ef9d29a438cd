import { expect, test } from 'vitest'
import { pauseSubscriber, resumeSubscriber } from '../../../src/account/change-by-operator.ts'
import { eraseSubscriber } from '../../../src/account/erase-subscriber.ts'
import { changeAddressByOperator } from '../../../src/account/request-address-change.ts'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { confirm } from '../../../src/account/signup/confirm.ts'
import { resubscribe, unsubscribeByOperator } from '../../../src/account/unsubscribe.ts'
import { addDays, DAY_MS, dayOf } from '../../../src/core/dates.ts'
import { Fault } from '../../../src/core/errors.ts'
import { dailyFigures } from '../../../src/operator/daily-figures.ts'
import { signLink } from '../../../src/subscribers/links.ts'
import { suppress, unsuppress } from '../../../src/subscribers/suppress-subscriber.ts'
import { acceptMessage, DEADLINE, enqueueGoodbyes, messagesIn } from '../../support/messages.ts'
import { confirmToken, NOW, useSite } from '../../support/site.ts'

const site = useSite()

const WALK_DAYS = 20
const PEOPLE = 12
const address = (n: number): string => `person${n}@example.com`

/** The same random numbers on every machine. */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** A subscriber with an older consent that was given elsewhere. */
async function importPerson(n: number, state: 'active' | 'unsubscribed') {
  const id = `import-${n}-${site.clock.now().getTime()}`
  const confirmedAt = new Date('2025-03-01T10:00:00Z')
  const settings = { zone: 'UTC', hour: 8, days: ['mon'], maxPapers: 5 }
  await site.db.subscriber.create({
    data: {
      id,
      address: address(n),
      addressKey: address(n),
      addressHash: `hash-${id}`,
      state,
      stateBefore: state === 'active' ? null : 'active',
      ...settings,
      createdAt: site.clock.now(),
      confirmedAt,
      startDate: confirmedAt,
    },
  })
  const events = state === 'active' ? ['confirmed'] : ['confirmed', 'unsubscribed']
  await site.db.consent.createMany({
    data: events.map((event) => ({
      subscriberId: id,
      at: confirmedAt,
      event,
      how: 'import',
      wording: 'none',
    })),
  })
}

async function undo(n: number) {
  const { id, epoch } = await site.db.subscriber.findFirstOrThrow({ where: { address: address(n) } })
  const link = { purpose: 'resubscribe' as const, id, epoch, issuedAt: site.clock.now() }
  await resubscribe(site.deps, signLink(link, site.deps.config.APP_SECRET[0]!))
}

const STEPS: ((n: number, other: number) => Promise<unknown>)[] = [
  (n) => addSubscriber(site.deps, { email: address(n), topics: [], consent: 'on paper' }),
  (n) => addSubscriber(site.deps, { email: address(n), topics: ['robots'] }),
  async (n) => confirm(site.deps, await confirmToken(site, address(n))),
  (n) => pauseSubscriber(site.deps, { email: address(n), until: null }),
  (n) => resumeSubscriber(site.deps, { email: address(n) }),
  (n) => unsubscribeByOperator(site.deps, { email: address(n) }),
  undo,
  (n) => suppress(site.deps, { email: address(n), reason: 'dead' }),
  (n) => unsuppress(site.deps, { email: address(n) }),
  (n) => eraseSubscriber(site.deps, { email: address(n) }),
  (n, other) => changeAddressByOperator(site.deps, { email: address(n), newEmail: address(other) }),
  (n) => importPerson(n, 'active'),
  (n) => importPerson(n, 'unsubscribed'),
]

// The walk skips actions that are impossible in the subscriber's state.
async function takeStep(step: number, n: number, other: number): Promise<boolean> {
  try {
    await STEPS[step]!(n, other)
    return true
  } catch (error) {
    const { code } = error as { code?: string }
    if (error instanceof Fault || code === 'P2002' || code === 'P2025') return false
    throw error
  }
}

const plainCount = () =>
  site.db.subscriber.count({ where: { state: { in: ['active', 'paused'] }, erasedAt: null } })

test.each([1, 2, 3])(
  'a walk of 20 days: each day has who had a subscription when it ended (seed %i)',
  async (seed) => {
    const random = seeded(seed)
    const first = dayOf(NOW)
    const counted: Record<string, number> = {}
    const taken = new Set<number>()
    for (let i = 0; i < WALK_DAYS; i++) {
      site.clock.moveTo(new Date(NOW.getTime() + i * DAY_MS))
      for (let steps = 0; steps < 12; steps++) {
        const step = random(STEPS.length)
        if (await takeStep(step, random(PEOPLE), random(PEOPLE))) taken.add(step)
      }
      counted[addDays(first, i)] = await plainCount()
    }
    const figures = await dailyFigures(site.deps, { from: first, to: addDays(first, WALK_DAYS - 1) })
    expect(Object.fromEntries(figures.map(({ day, subscribers }) => [day, subscribers]))).toEqual(counted)
    const later = await dailyFigures(site.deps, { from: addDays(first, 12), to: addDays(first, 14) })
    expect(later).toEqual(figures.slice(12, 15))
    expect(taken.size).toBeGreaterThan(10)
    expect(new Set(Object.values(counted)).size).toBeGreaterThan(3)
  },
)

test('people’s actions of a day, one request per person', async () => {
  const add = (n: number, consent?: string) =>
    addSubscriber(site.deps, { email: address(n), topics: [], consent })
  await add(1)
  await add(1)
  await add(2)
  await add(3, 'on paper')
  site.clock.moveTo(new Date(NOW.getTime() + DAY_MS))
  await unsubscribeByOperator(site.deps, { email: address(3) })
  const first = dayOf(NOW)
  expect(await dailyFigures(site.deps, { from: addDays(first, -1), to: addDays(first, 1) })).toMatchObject([
    { day: '2026-11-23', subscribers: 0, asked: 0, confirmed: 0, unsubscribed: 0 },
    { day: '2026-11-24', subscribers: 1, asked: 2, confirmed: 1, unsubscribed: 0 },
    { day: '2026-11-25', subscribers: 0, asked: 0, confirmed: 0, unsubscribed: 1 },
  ])
})

test('outcomes of the emails of a day', async () => {
  await enqueueGoodbyes(site.db, 'bulk', 7)
  const [accepted, refused, gaveUp, uncertain, skipped] = (await messagesIn(site.db)).map(({ id }) => id)
  const end = (id: string | undefined, state: 'refused' | 'gave_up' | 'uncertain' | 'skipped') =>
    site.db.message.updateMany({ where: { id: id! }, data: { state, reason: 'x', nextTry: DEADLINE } })
  await acceptMessage(site.db, { id: accepted! })
  await end(refused, 'refused')
  await end(gaveUp, 'gave_up')
  await end(uncertain, 'uncertain')
  await end(skipped, 'skipped')
  const counts = { accepted: 1, refused: 1, gaveUp: 1, uncertain: 1, skipped: 1 }
  const none = { accepted: 0, refused: 0, gaveUp: 0, uncertain: 0, skipped: 0 }
  expect(await dailyFigures(site.deps, { from: '2026-11-23', to: '2026-11-25' })).toMatchObject([
    { day: '2026-11-23', ...none },
    { day: '2026-11-24', ...counts },
    { day: '2026-11-25', ...none },
  ])
})
