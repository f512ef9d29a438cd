import { beforeEach, describe, expect, test, vi } from 'vitest'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { confirm } from '../../../src/account/signup/confirm.ts'
import { addDays, weekdayOf } from '../../../src/core/dates.ts'
import { dayTotals, prunedThrough, storedDayTotals } from '../../../src/digests/reconciliation.repo.ts'
import { showDigest } from '../../../src/digests/show-digest.ts'
import { dailyFigures } from '../../../src/operator/daily-figures.ts'
import { prune, pruneNightly } from '../../../src/operator/prune.ts'
import { signLink } from '../../../src/subscribers/links.ts'
import { runCommand } from '../../support/commands.ts'
import { emptyTables } from '../../support/database.ts'
import { useDigestWorld } from '../../support/digest-world.ts'
import { everyRow } from '../../support/every-row.ts'
import { addReaders, depsAt, FIRST, live } from '../../support/lived-days.ts'
import { cameBack, leaveReport } from '../../support/returns.ts'

// Months of days.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 })

const world = useDigestWorld()
async function emptied(): Promise<void> {
  await emptyTables(world.db)
  await world.db.$executeRaw`truncate day_totals, alert, admin_session, address_change, change cascade`
}
beforeEach(emptied)

describe('pruning', () => {
  const NIGHT = '2027-01-10T03:00:00Z' // before 2026-12-11
  async function liveFor(days: number): Promise<void> {
    for (let n = 0, day = FIRST; n < days; n++, day = addDays(day, 1))
      await live(world, day, (id) => id === 'daily' && weekdayOf(day) === 'fri')
  }

  test('leaves the totals and figures of each day unchanged', async () => {
    await addReaders(world)
    await liveFor(20)
    const range = { from: FIRST, to: '2026-12-13' }
    const said = async () => [
      await Promise.all(
        ['2026-11-24', '2026-11-27', '2026-12-10', '2026-12-12'].map((day) => dayTotals(world.db, day)),
      ),
      await dailyFigures(world.deps, range),
    ]
    const before = await said()
    const pruned = await prune(depsAt(world, NIGHT))
    expect(pruned).toMatchObject({ before: '2026-12-11', digests: 4 * 17 + 3 })
    expect(await world.db.digest.count()).toBeGreaterThan(0)
    const after = await said()
    expect(after).toEqual(before)
    expect(JSON.stringify(after[0])).toBe(JSON.stringify(before[0])) // in the same order too
    expect(await storedDayTotals(world.db, '2026-12-12')).toBeNull()
    expect(await prunedThrough(world.db)).toBe('2026-12-10')
  })

  test('is counted beforehand by --dry-run, and a second run deletes nothing', async () => {
    await addReaders(world)
    await liveFor(20)
    const rows = await everyRow(world.db)
    const deps = depsAt(world, NIGHT)
    const tried = await runCommand(deps, ['prune', '--dry-run'])
    expect(await everyRow(world.db)).toEqual(rows)
    const { json, text } = await runCommand(deps, ['prune'])
    expect(tried.json).toEqual({ ...(json as object), dryRun: true })
    expect(text).toContain('before 2026-12-11')
    const again = await prune(deps, { dryRun: true })
    expect(
      Object.values(again)
        .filter(Number.isInteger)
        .every((count) => count === 0),
    ).toBe(true)
    expect(await world.db.action.count({ where: { verb: 'prune' } })).toBeGreaterThan(0)
  })

  test.each(['0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z'])(
    'keeps the figures of the day of an import, with any instant in its rows: %s',
    async (at) => {
      await world.addSubscriber('imported')
      const imported = { createdAt: new Date(at), importedAt: new Date('2026-11-20T12:00:00Z') }
      await world.db.subscriber.update({ where: { id: 'imported' }, data: imported })
      const consent = { event: 'confirmed' as const, how: 'import', wording: 'elsewhere' }
      await world.db.consent.create({ data: { subscriberId: 'imported', at: new Date(at), ...consent } })
      await prune(depsAt(world, '2026-12-10T03:00:00Z'))
      const kept = await world.db.dayTotals.findMany({ orderBy: { localDate: 'asc' } })
      expect([kept.length, kept[0]?.localDate]).toEqual([14, new Date('2026-11-20')])
    },
  )

  test('deletes bounces with their report, and nothing that waits to be read', async () => {
    const old = new Date('2026-12-10T23:59:00Z')
    await world.addSubscriber('ann')
    await cameBack(world.db, old, { subscriberId: 'ann' })
    await cameBack(world.db, old, { isRead: false, class: 'unknown' })
    await cameBack(world.db, new Date('2026-12-11T00:00:00Z'), {})
    await leaveReport(world.db, old)
    expect(await prune(depsAt(world, NIGHT), { dryRun: true })).toMatchObject({ reports: 2 })
    expect(await prune(depsAt(world, NIGHT))).toMatchObject({ reports: 2 })
    expect(await prune(depsAt(world, NIGHT), { dryRun: true })).toMatchObject({ reports: 0 })
    expect(await world.db.bounce.count()).toBe(1)
    expect(await world.db.report.count({ where: { state: 'waiting' } })).toBe(1)
  })

  test('can be interrupted, and run twice at once', async () => {
    await addReaders(world)
    await liveFor(20)
    const stopped = new AbortController()
    stopped.abort()
    expect(await prune(depsAt(world, NIGHT), { signal: stopped.signal })).toMatchObject({
      messages: 0,
      digests: 0,
    })
    const both = await Promise.all([prune(depsAt(world, NIGHT)), prune(depsAt(world, NIGHT))])
    await prune(depsAt(world, NIGHT))
    expect(both[0].digests + both[1].digests).toBeLessThanOrEqual(71)
    expect(await prune(depsAt(world, NIGHT), { dryRun: true })).toMatchObject({ messages: 0, digests: 0 })
    expect(await dayTotals(world.db, '2026-11-24')).toMatchObject({ due: 4, closed: true })
  })

  test('closes a plan that was never closed, and goes on; --dry-run counts the same', async () => {
    await addReaders(world)
    await liveFor(20)
    await world.db.plan.updateMany({ where: { localDate: new Date('2026-12-01') }, data: { closedAt: null } })
    const expected = await prune(depsAt(world, NIGHT), { dryRun: true })
    const { messages, digests } = await prune(depsAt(world, NIGHT))
    expect({ messages, digests }).toEqual({ messages: expected.messages, digests: expected.digests })
    expect(await dayTotals(world.db, '2026-12-01')).toMatchObject({ due: 4, closed: true })
    expect(await world.db.digest.count({ where: { localDate: new Date('2026-12-01') } })).toBe(0)
  })

  test('does not let a date be planned again', async () => {
    await addReaders(world)
    await liveFor(20)
    await prune(depsAt(world, NIGHT))
    await expect(world.plan('2027-01-10T09:00:00Z', '2026-12-20')).rejects.toMatchObject({
      code: 'digests.pruned',
      values: { first: '2026-12-25' },
    })
    await world.db.digest.deleteMany({ where: { subscriberId: 'nothing' } })
    await world.plan('2027-01-10T09:00:00Z')
    const dates = Object.keys(await world.digestsOf('nothing'))
    expect(dates[0]).toBe('2026-12-11') // and not 60 days back
  })

  test('leaves a page behind the link that says so', async () => {
    await addReaders(world)
    await liveFor(1)
    const { id } = await world.db.message.findFirstOrThrow({ where: { subscriberId: 'daily' } })
    const secret = world.config.APP_SECRET[0]!
    const token = signLink({ purpose: 'digest', id, epoch: 0, issuedAt: new Date(NIGHT) }, secret)
    expect(await showDigest(depsAt(world, NIGHT), { token })).not.toBeNull()
    await prune(depsAt(world, NIGHT))
    expect(await showDigest(depsAt(world, NIGHT), { token })).toBeNull()
  })
})

describe('an unconfirmed subscriber', () => {
  const ASKED = '2026-11-24T12:00:00Z'
  const ask = (email: string, now: string) => addSubscriber(depsAt(world, now), { email, topics: ['robots'] })
  const tokenFor = async (email: string) => {
    const { id, createdAt } = await world.db.signup.findFirstOrThrow({
      where: { subscriber: { addressKey: email } },
      orderBy: { id: 'desc' },
    })
    return signLink(
      { purpose: 'confirm', id: String(id), epoch: 0, issuedAt: createdAt },
      world.config.APP_SECRET[0]!,
    )
  }
  const addresses = async () =>
    (await world.db.subscriber.findMany({ orderBy: { address: 'asc' } })).map(({ address }) => address)

  test('is deleted entirely 7 days after the last request; a confirmed one is kept, with every consent', async () => {
    await ask('asked@reader.example', ASKED)
    await ask('again@reader.example', ASKED)
    await ask('again@reader.example', '2026-11-27T12:00:00Z')
    await ask('confirmed@reader.example', ASKED)
    const queue = { nudge: async () => {}, onNudge: async () => {}, stop: async () => {} }
    await confirm(
      { ...depsAt(world, '2026-11-25T12:00:00Z'), queue },
      await tokenFor('confirmed@reader.example'),
    )
    await world.db.message.updateMany({ data: { state: 'accepted' } })
    await prune(depsAt(world, '2026-12-01T11:59:00Z'))
    expect(await addresses()).toHaveLength(3)
    expect(await prune(depsAt(world, '2026-12-01T12:01:00Z'))).toMatchObject({ subscribers: 1 })
    expect(await addresses()).toEqual(['again@reader.example', 'confirmed@reader.example'])
    await prune(depsAt(world, '2026-12-04T12:01:00Z'))
    expect(await addresses()).toEqual(['confirmed@reader.example'])
    const events = await world.db.consent.findMany({ orderBy: { id: 'asc' } })
    expect(events.map(({ event }) => event)).toEqual(['asked', 'confirmed'])
    expect(JSON.stringify(await everyRow(world.db))).not.toContain('again@')
    // The figures still include the days of their requests.
    expect(await dailyFigures(world.deps, { from: '2026-11-24', to: '2026-11-24' })).toMatchObject([
      { asked: 3 },
    ])
  })

  test('the database keeps the consents of everyone else, whatever a transaction deletes', async () => {
    await world.addSubscriber('ann')
    await world.db.consent.create({
      data: { subscriberId: 'ann', at: new Date(ASKED), event: 'confirmed', how: 'page', wording: 'x' },
    })
    const forget = world.db.$transaction(async (tx) => {
      await tx.$queryRaw`select set_config('papers.forgets_unconfirmed', 'on', true)`
      await tx.consent.deleteMany()
    })
    await expect(forget).rejects.toThrow('only ever added')
  })
})

test('every night one process prunes, once, not before 3 UTC', async () => {
  const count = () => world.logged.filter(({ event }) => event === 'prune.done').length
  await pruneNightly(depsAt(world, '2027-01-10T02:59:00Z'), {})
  expect(count()).toBe(0)
  await Promise.all([1, 2, 3].map(() => pruneNightly(depsAt(world, '2027-01-10T03:00:00Z'), {})))
  await pruneNightly(depsAt(world, '2027-01-10T23:00:00Z'), {})
  expect(count()).toBe(1)
  await pruneNightly(depsAt(world, '2027-01-11T03:00:00Z'), {})
  expect(count()).toBe(2)
})
