import { expect, test } from 'vitest'
import { stoppedClock } from '../../../src/core/clock.ts'
import { addDays, type Day } from '../../../src/core/dates.ts'
import type { DigestContent } from '../../../src/digests/digest-content.ts'
import { runCommand } from '../../support/commands.ts'
import { useDigestWorld } from '../../support/digest-world.ts'
import { CARS, CELLS, learnSpace } from '../../support/learned-space.ts'

const world = useDigestWorld()

/** Plans days on each of which a paper on attention and one on other things come; the mails are accepted. */
async function planDays(from: Day, to: Day): Promise<void> {
  for (let day = from; day <= to; day = addDays(day, 1)) {
    await world.addPapers(day, [`Attention of ${day}`, `Quantum cooking of ${day}`])
    await world.plan(`${day}T08:05:00Z`)
    await world.end('ann', day, 'accepted')
  }
}

/** The section close to a topic on each date that has one: its topic, and the titles. */
async function closeSections(subscriberId = 'ann'): Promise<[Day, string | null, string[]][]> {
  const rows = await world.db.digest.findMany({
    where: { outcome: 'planned', subscriberId },
    orderBy: { localDate: 'asc' },
  })
  return rows.flatMap(({ localDate, content }) =>
    (content as unknown as DigestContent).sections
      .filter(({ close }) => close)
      .map(({ topic, papers }): [Day, string | null, string[]] => [
        localDate.toISOString().slice(0, 10),
        topic,
        papers.map(({ title }) => title.map(({ text }) => text).join('')),
      ]),
  )
}

test('a topic that matched nothing for five of its days is filled, and again after five more', async () => {
  await world.addSubscriber('ann', { topics: ['attention', '"quantum unobtainium"'] })
  await planDays('2026-11-24', '2026-11-27')
  expect(await closeSections()).toEqual([])
  await planDays('2026-11-28', '2026-12-03')
  const [first, second, ...others] = await closeSections()
  expect(first).toEqual([
    '2026-11-28',
    'quantum unobtainium',
    ['Quantum cooking of 2026-11-28', 'Quantum cooking of 2026-11-27', 'Quantum cooking of 2026-11-26'],
  ])
  // What was shown once does not come again.
  expect(second![0]).toBe('2026-12-03')
  expect(second![2]).toEqual([
    'Quantum cooking of 2026-12-03',
    'Quantum cooking of 2026-12-02',
    'Quantum cooking of 2026-12-01',
  ])
  expect(others).toEqual([])
  const { matched, papers } = await world.db.digest.findFirstOrThrow({
    where: { localDate: new Date('2026-11-28'), subscriberId: 'ann' },
  })
  expect([matched, papers.length]).toEqual([4, 4])
})

test('a topic that matched, or that is new, is not', async () => {
  await world.addSubscriber('ann', { topics: ['attention', 'cooking'] })
  await planDays('2026-11-24', '2026-11-30')
  expect(await closeSections()).toEqual([])
})

/** The same, of days on which the second topic has nothing but what is near it. */
async function planDryDays(days: readonly Day[]): Promise<void> {
  for (const day of days) {
    await world.addPapers(day, [`Attention of ${day}`, `Quantum graphs of ${day}`])
    await world.plan(`${day}T08:05:00Z`)
    await world.end('ann', day, 'accepted')
  }
}

test('a topic that matched before is idle from the fifth day without a match', async () => {
  await world.addSubscriber('ann', { topics: ['attention', '"quantum cooking"'] })
  await planDays('2026-11-24', '2026-11-24')
  await planDryDays(['2026-11-25', '2026-11-26', '2026-11-27', '2026-11-28', '2026-11-29'])
  expect((await closeSections()).map(([day]) => day)).toEqual(['2026-11-29'])
})

test('a paper shown under another topic counts as a match', async () => {
  await world.addSubscriber('ann', { topics: ['attention', '"quantum cooking"'], days: ['tue', 'thu'] })
  await world.addPapers('2026-11-24', ['Attention in quantum cooking'])
  await planDryDays(['2026-11-24', '2026-11-26', '2026-12-01', '2026-12-03', '2026-12-08', '2026-12-10'])
  expect((await closeSections()).map(([day]) => day)).toEqual(['2026-12-10'])
})

test('who wants related papers gets them after the matches, each once, and no email only for them', async () => {
  await learnSpace(world.db)
  await world.addPapers('2026-11-01', CARS)
  await world.addSubscriber('ann', { topics: ['car engine'] })
  await world.addSubscriber('bob', { topics: ['car engine'] })
  await world.db.subscriber.update({ where: { id: 'ann' }, data: { related: true } })
  const shown = async (id: string) =>
    (await closeSections(id)).map(([day, topic, titles]) => [day, topic, titles.join(', ')])
  await world.addPapers('2026-11-24', ['A car engine', 'Automobile engine', ...CELLS])
  const deps = { ...world.deps, clock: stoppedClock(new Date('2026-11-24T08:05:00Z')) }
  expect((await runCommand(deps, ['digests', 'run', '--dry-run'])).json).toMatchObject({ planned: 2 })
  await world.plan('2026-11-24T08:05:00Z')
  await world.end('ann', '2026-11-24', 'accepted')
  expect(await shown('ann')).toEqual([['2026-11-24', 'car engine', 'Automobile engine']])
  expect(await shown('bob')).toEqual([])
  await world.addPapers('2026-11-25', ['Automobile engine wheel', ...CELLS.map((title) => `${title} again`)])
  await world.plan('2026-11-25T08:05:00Z')
  expect((await world.digestsOf('ann'))['2026-11-25']!.outcome).toBe('nothing_matched')
})
