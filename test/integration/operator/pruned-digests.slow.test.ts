import { describe, expect, test, vi } from 'vitest'
import { addDays, type Day } from '../../../src/core/dates.ts'
import { prune } from '../../../src/operator/prune.ts'
import { emptyTables } from '../../support/database.ts'
import { useDigestWorld } from '../../support/digest-world.ts'
import { addReaders, depsAt, FIRST, live } from '../../support/lived-days.ts'

// Months of days.
vi.setConfig({ testTimeout: 300_000 })

const world = useDigestWorld()

/** The papers that each reader got on each day, over `days` of service with `afterDay` every night. */
async function offered(days: number, afterDay: (day: Day) => Promise<unknown>): Promise<string[]> {
  const shown: string[] = []
  for (let n = 0, day = FIRST; n < days; n++, day = addDays(day, 1)) {
    // Down for a week.
    if (n >= 44 && n < 51) continue
    await live(world, day, (id) => id === 'weekly' && n % 9 === 1)
    const rows = await world.db.digest.findMany({
      where: { localDate: new Date(day) },
      orderBy: { subscriberId: 'asc' },
    })
    const titles = new Map((await world.db.paper.findMany()).map(({ id, title }) => [id, title]))
    for (const { subscriberId, outcome, papers } of rows)
      shown.push(`${day} ${subscriberId} ${outcome}: ${papers.map((id) => titles.get(id)).join(', ')}`)
    await afterDay(day)
  }
  return shown
}

const nightly = (keepDays: number) => (day: Day) =>
  prune(depsAt(world, `${addDays(day, 1)}T03:00:00Z`, keepDays))

describe('digests are the same with pruning and without', () => {
  const both = async (days: number, keepDays: number) => {
    const afterDays = [async () => {}, nightly(keepDays)]
    const seen: string[][] = []
    for (const afterDay of afterDays) {
      await emptyTables(world.db)
      await world.db.$executeRaw`truncate day_totals`
      await addReaders(world)
      seen.push(await offered(days, afterDay))
    }
    return { without: seen[0]!, pruned: seen[1]! }
  }

  test('with the shortest KEEP_DAYS, every night', async () => {
    const { without, pruned } = await both(70, 30)
    expect(without.length).toBeGreaterThan(250)
    expect(pruned).toEqual(without)
    expect(await world.db.digest.count({ where: { localDate: { lt: new Date('2026-12-30') } } })).toBe(0)
  })

  test('with 5 days they would not be: this test would fail', async () => {
    const { without, pruned } = await both(30, 5)
    expect(pruned).not.toEqual(without)
  })
})
