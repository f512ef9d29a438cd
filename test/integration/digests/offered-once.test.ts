import { describe, expect, test } from 'vitest'
import { addDays, type Day } from '../../../src/core/dates.ts'
import { useDigestWorld } from '../../support/digest-world.ts'

// Promise 5: a paper is offered to a subscriber once. 9 November 2026 is a Monday.
const world = useDigestWorld()
const { addSubscriber, addPapers, plan, digestsOf, end } = world

const CONFIRMED = '2026-11-08T09:00:00Z'
const MONDAY = '2026-11-09'

/** Date → titles of the papers shown. */
const shownTo = async (id: string): Promise<Record<Day, string[]>> =>
  Object.fromEntries(
    Object.entries(await digestsOf(id))
      .filter(([, { outcome }]) => outcome === 'planned')
      .map(([date, { titles }]) => [date, titles]),
  )

const allShownTo = async (id: string): Promise<string[]> => Object.values(await shownTo(id)).flat()

/** Two weeks of days, each with two papers of its own on robots, the last of which comes two days late. */
async function twoWeeks(eachDay: (date: Day) => Promise<void> = async () => {}): Promise<string[]> {
  const titles: string[] = []
  for (let i = 0; i < 14; i++) {
    const date = addDays(MONDAY, i)
    await addPapers(date, [`Robots of ${date}`])
    const late = addDays(date, -2)
    if (i >= 2) await addPapers(late, [`Late robots of ${late}`])
    titles.push(`Robots of ${date}`, ...(i >= 2 ? [`Late robots of ${late}`] : []))
    await plan(`${date}T08:00:00Z`)
    await eachDay(date)
  }
  return titles.sort()
}

/** The digest of every day is accepted before the next one. */
const accepted =
  (...ids: string[]) =>
  async (date: Day) => {
    for (const id of ids) {
      if ((await digestsOf(id))[date]?.state === 'ready') await end(id, date, 'accepted')
    }
  }

test('daily, weekly and resumed digests of two weeks offer each paper once', async () => {
  const robots = { topics: ['robots'], confirmedAt: CONFIRMED, max: 25 }
  await addSubscriber('daily', robots)
  await addSubscriber('weekly', { ...robots, days: ['sun'] })
  await addSubscriber('paused', { ...robots, state: 'paused', pausedUntil: '2026-11-18' })
  const titles = await twoWeeks(accepted('daily', 'weekly', 'paused'))
  for (const id of ['daily', 'weekly', 'paused']) expect((await allShownTo(id)).sort()).toEqual(titles)
  expect(Object.keys(await shownTo('weekly'))).toEqual(['2026-11-15', '2026-11-22'])
  expect(Object.keys(await shownTo('paused'))[0]).toBe('2026-11-18')
  expect((await shownTo('daily'))['2026-11-11']).toEqual([
    'Robots of 2026-11-11',
    'Late robots of 2026-11-09',
  ])
})

describe('a digest that was not accepted', () => {
  test.each(['gave_up', 'skipped', 'refused'] as const)(
    'has its papers offered again by the next one, if it ended as %s',
    async (state) => {
      await addSubscriber('ann', { topics: ['robots'], confirmedAt: CONFIRMED })
      const titles = await twoWeeks(async (date) => {
        if ((await digestsOf('ann'))[date]?.state === 'ready') {
          await end('ann', date, date === '2026-11-12' ? state : 'accepted')
        }
      })
      const shown = await shownTo('ann')
      expect(shown['2026-11-13']).toEqual(expect.arrayContaining(shown['2026-11-12']!))
      const { '2026-11-12': _, ...others } = shown
      expect(Object.values(others).flat().sort()).toEqual(titles)
    },
  )

  test.each(['ready', 'taken', 'deferred', 'uncertain'] as const)(
    'keeps its papers while it may still arrive, as %s',
    async (state) => {
      await addSubscriber('ann', { topics: ['robots'] })
      await addPapers('2026-11-24', ['Robots'])
      await plan('2026-11-24T08:00:00Z')
      await world.db.message.updateMany({ data: { state, takenAt: new Date(), takenBy: 'test' } })
      const isHeld = state === 'taken'
      await world.db
        .$executeRaw`update batch set lease_until = now() + interval '1 hour', owner = 'test' where ${isHeld}`
      expect(await plan('2026-11-25T03:00:00Z', '2026-11-25')).toMatchObject({ planned: 0 })
      expect(await plan('2026-11-25T08:00:00Z')).toMatchObject({ nothingMatched: 1 })
    },
  )

  test('has its papers offered again once the digest planned after it has ended, and none twice', async () => {
    await addSubscriber('ann', { topics: ['robots'] })
    await addPapers('2026-11-24', ['Robots 1'])
    await plan('2026-11-24T08:00:00Z')
    await addPapers('2026-11-25', ['Robots 2'])
    await plan('2026-11-25T08:00:00Z')
    await end('ann', '2026-11-24', 'gave_up')
    await addPapers('2026-11-26', ['Robots 3'])
    await plan('2026-11-26T08:00:00Z')
    // The digest of the 25th is still open: it is not reached over.
    expect((await shownTo('ann'))['2026-11-26']).toEqual(['Robots 3'])
    await end('ann', '2026-11-25', 'gave_up')
    await end('ann', '2026-11-26', 'accepted')
    await plan('2026-11-27T08:00:00Z')
    expect((await shownTo('ann'))['2026-11-27']!.sort()).toEqual(['Robots 1', 'Robots 2'])
    await end('ann', '2026-11-27', 'accepted')
    expect(await plan('2026-11-28T08:00:00Z')).toMatchObject({ nothingMatched: 1 })
  })

  test('has its papers offered again once an uncertain digest after it is past its deadline', async () => {
    await addSubscriber('ann', { topics: ['robots'] })
    for (const day of ['2026-11-24', '2026-11-25']) {
      await addPapers(day, [`Robots of ${day}`])
      await plan(`${day}T08:00:00Z`)
    }
    await end('ann', '2026-11-24', 'gave_up')
    await end('ann', '2026-11-25', 'uncertain')
    const deadline = new Date('2026-11-26T08:00:00.001Z')
    await world.db.message.updateMany({ where: { state: 'uncertain' }, data: { deadline } })
    expect(await plan('2026-11-26T08:00:00Z')).toMatchObject({ nothingMatched: 1 })
    await plan('2026-11-27T08:00:00Z')
    expect((await shownTo('ann'))['2026-11-27']).toEqual(['Robots of 2026-11-24'])
  })
})

describe('a paper that a digest offers', () => {
  test('was first listed within 14 days', async () => {
    await addSubscriber('ann', { topics: ['robots'], confirmedAt: '2026-11-01T09:00:00Z', days: ['tue'] })
    await plan('2026-11-17T08:00:00Z')
    await addPapers('2026-11-10', ['Robots, too old'])
    await addPapers('2026-11-11', ['Robots, just in time'])
    await plan('2026-11-24T08:00:00Z')
    expect(await shownTo('ann')).toEqual({ '2026-11-24': ['Robots, just in time'] })
  })

  test('was not first listed before the day of confirming', async () => {
    await addPapers('2026-11-22', ['Robots before'])
    await addPapers('2026-11-23', ['Robots of that day'])
    await addSubscriber('ann', { topics: ['robots'] })
    await plan('2026-11-24T08:00:00Z')
    expect(await shownTo('ann')).toEqual({ '2026-11-24': ['Robots of that day'] })
  })

  test('is not withdrawn', async () => {
    await addSubscriber('ann', { topics: ['robots'] })
    await addPapers('2026-11-24', ['Robots', 'Robots withdrawn'])
    await world.db.paper.updateMany({ where: { id: 2 }, data: { withdrawnAt: new Date('2026-11-24') } })
    await plan('2026-11-24T08:00:00Z')
    expect(await shownTo('ann')).toEqual({ '2026-11-24': ['Robots'] })
  })

  test('counts as offered beyond the cap', async () => {
    await addSubscriber('ann', { topics: ['robots'], max: 1 })
    await addPapers('2026-11-24', ['Robots 1', 'Robots 2', 'Robots 3'], 9)
    await plan('2026-11-24T08:00:00Z')
    expect((await digestsOf('ann'))['2026-11-24']).toMatchObject({ titles: ['Robots 1'], matched: 3 })
    await end('ann', '2026-11-24', 'accepted')
    expect(await plan('2026-11-25T08:00:00Z')).toMatchObject({ nothingMatched: 1 })
  })

  test('is not offered again if another source lists it on a later day', async () => {
    await addSubscriber('ann', { topics: ['robots'] })
    await addPapers('2026-11-24', ['Robots'])
    await plan('2026-11-24T08:00:00Z')
    await addPapers('2026-11-25', ['Robots'])
    expect(await plan('2026-11-25T08:00:00Z')).toMatchObject({ nothingMatched: 1 })
  })
})

describe('a subscriber without topics', () => {
  test('gets the best of each day once, and topics added later include papers that were not shown', async () => {
    await addSubscriber('ann', { max: 1 })
    await addPapers('2026-11-23', ['Robots A', 'Robots B'], 9)
    await plan('2026-11-24T08:00:00Z')
    await end('ann', '2026-11-24', 'accepted')
    expect((await digestsOf('ann'))['2026-11-24']).toMatchObject({
      bestDay: '2026-11-23',
      titles: ['Robots A'],
      fromPaper: 0,
      toPaper: 0,
      matched: 2,
    })
    // Nothing newer is a day old.
    expect(await plan('2026-11-25T08:00:00Z')).toMatchObject({ nothingMatched: 1 })
    await world.db.$executeRaw`insert into query (text, tree, grammar) values ('robots', '{}', 0)`
    await world.db
      .$executeRaw`insert into topic (subscriber_id, position, name, query_id) values ('ann', 0, 'robots', 1)`
    await plan('2026-11-26T08:00:00Z')
    expect((await shownTo('ann'))['2026-11-26']).toEqual(['Robots B'])
    await end('ann', '2026-11-26', 'accepted')
    // And back: the day's best, without what topics brought.
    await world.db.topic.deleteMany()
    await addPapers('2026-11-26', ['Robots C', 'Graphs'], 3)
    await plan('2026-11-27T08:00:00Z')
    expect((await shownTo('ann'))['2026-11-27']).toEqual(['Robots C'])
  })

  test('gets a day again whose digest was given up', async () => {
    await addSubscriber('ann')
    await addPapers('2026-11-23', ['Robots'])
    await plan('2026-11-24T08:00:00Z')
    await end('ann', '2026-11-24', 'gave_up')
    await plan('2026-11-25T08:00:00Z')
    expect(await shownTo('ann')).toEqual({ '2026-11-24': ['Robots'], '2026-11-25': ['Robots'] })
  })
})
