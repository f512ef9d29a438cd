import { expect, test } from 'vitest'
import { openDatabase } from '../../../src/core/database/database.ts'
import { silentLog } from '../../../src/core/log.ts'
import { fillDigests, takeDueDigests } from '../../../src/digests/digest.repo.ts'
import { earlierDigests } from '../../../src/digests/earlier-digest.repo.ts'
import { openDue } from '../../../src/digests/open-due.ts'
import { useDigestWorld } from '../../support/digest-world.ts'

const world = useDigestWorld()
const OF_ANN = { subscriberIds: ['ann'], now: new Date('2026-11-25T09:00:00Z') }

async function untilSomebodyWaitsForALock(): Promise<void> {
  for (;;) {
    const waiting = await world.db.$queryRaw<unknown[]>`
      select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    if (waiting.length > 0) return
  }
}

test('two digests of one subscriber are filled one after the other, and the second excludes papers of the first', async () => {
  await world.addSubscriber('ann', { topics: ['robots'] })
  for (const date of ['2026-11-24', '2026-11-25']) {
    await openDue(world.deps, { date, now: new Date('2026-11-25T09:00:00Z') })
  }
  const [tuesday, wednesday] = await world.db.digest.findMany({ orderBy: { localDate: 'asc' } })
  const other = openDatabase(world.deps.databaseUrl, silentLog, { connections: 1 })
  let second: Promise<unknown> | undefined
  await world.db.$transaction(async (tx) => {
    const [first] = await takeDueDigests(tx, [tuesday!.id])
    second = other.db.$transaction(async (tx) => {
      await takeDueDigests(tx, [wednesday!.id])
      const earlier = await earlierDigests(tx, { ...OF_ANN, lowest: 1, since: '2026-11-11' })
      return earlier.get('ann')
    })
    await untilSomebodyWaitsForALock()
    const looked = {
      fromPaper: 0,
      toPaper: 7,
      toHistory: 0,
      bestDay: null,
      papers: [],
      matched: 0,
      content: null,
    }
    await fillDigests(tx, [{ id: first!.id, outcome: 'nothing_matched', ...looked }])
  })
  expect(await second).toMatchObject([{ fromPaper: 0, toPaper: 7 }])
  await other.close()
})

test('a paper that was merged into another counts as shown under its new id', async () => {
  await world.addSubscriber('ann', { topics: ['robots'] })
  await world.addPapers('2026-11-24', ['Robots'])
  await world.plan('2026-11-24T08:00:00Z')
  await world.db.digest.updateMany({ data: { papers: [50] } })
  await world.db.paperKey.create({ data: { scheme: 'id', value: '50', paperId: 1 } })
  const earlier = await earlierDigests(world.db, { ...OF_ANN, lowest: 1, since: '2026-11-11' })
  expect(earlier.get('ann')).toMatchObject([{ papers: [1], settled: false }])
})
