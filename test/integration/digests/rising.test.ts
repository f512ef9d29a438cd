import { describe, expect, test } from 'vitest'
import type { Day } from '../../../src/core/dates.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import type { SourceRecord } from '../../../src/sources/source.ts'
import { useDigestWorld } from '../../support/digest-world.ts'

const world = useDigestWorld()

const record = (title: string, more: Partial<SourceRecord> = {}): SourceRecord => ({
  keys: [],
  title,
  abstract: `We look at it from all sides. This is about ${title}.`,
  authors: ['A. Author'],
  categories: ['cs.CL'],
  keywords: [],
  ...more,
})

const list = (day: Day, at: string, records: SourceRecord[], source = 'huggingface') =>
  recordListings(world.db, { source, day, records, now: new Date(at) })

/** Headings and titles of each date's digest. */
async function shown(subscriberId: string) {
  const digests = await world.digestsOf(subscriberId)
  return Object.fromEntries(
    Object.entries(digests).map(([date, { content, titles }]) => [
      date,
      content?.sections.map(({ topic, rising, papers }) => [
        rising ? 'Rising' : topic,
        ...papers.map(({ title }) => title.map(({ text }) => text).join('')),
      ]) ?? titles,
    ]),
  )
}

const planDays = async (subscriberId: string, ...dates: Day[]) => {
  for (const date of dates) {
    await world.plan(`${date}T08:00:00Z`)
    if ((await world.digestsOf(subscriberId))[date]?.state) await world.end(subscriberId, date, 'accepted')
  }
}

describe('a topic with a vote limit', () => {
  test('offers a paper that has the votes later once, as rising', async () => {
    await world.addSubscriber('ann', { topics: ['robots votes>=20'] })
    await list('2026-11-24', '2026-11-24T02:00:00Z', [
      record('Robots that climb', { votes: 3 }),
      record('Robots at once', { votes: 40 }),
    ])
    await planDays('ann', '2026-11-24', '2026-11-25')
    await list('2026-11-24', '2026-11-25T20:00:00Z', [record('Robots that climb', { votes: 21 })])
    await planDays('ann', '2026-11-26')
    await list('2026-11-24', '2026-11-26T20:00:00Z', [record('Robots that climb', { votes: 90 })])
    await planDays('ann', '2026-11-27')
    expect(await shown('ann')).toEqual({
      '2026-11-24': [['robots', 'Robots at once']],
      '2026-11-25': [],
      '2026-11-26': [['Rising', 'Robots that climb']],
      '2026-11-27': [],
    })
    const { content } = (await world.digestsOf('ann'))['2026-11-26']!
    expect(content!.sections[0]!.papers[0]).toMatchObject({
      reason: { kind: 'match', found: { title: ['robots'], votes: ['21'] } },
      rising: ['robots'],
    })
  })

  test('offers a paper with unknown votes once its first known votes suffice', async () => {
    await world.addSubscriber('ann', { topics: ['robots votes>=20'] })
    const keys: SourceRecord['keys'] = [{ scheme: 'arxiv', value: '2611.00001' }]
    await list('2026-11-24', '2026-11-24T05:00:00Z', [record('Robots', { keys })], 'arxiv:cs.CL')
    await planDays('ann', '2026-11-24')
    await list('2026-11-25', '2026-11-25T02:00:00Z', [record('Robots', { keys, votes: 25 })])
    await planDays('ann', '2026-11-25')
    expect(await shown('ann')).toEqual({ '2026-11-24': [], '2026-11-25': [['Rising', 'Robots']] })
  })

  test('does not offer a paper that was beyond the cap when it had the votes', async () => {
    await world.addSubscriber('ann', { topics: ['robots votes>=20'], max: 1 })
    await list('2026-11-24', '2026-11-24T02:00:00Z', [
      record('Robots one', { votes: 40 }),
      record('Robots two', { votes: 30 }),
    ])
    await planDays('ann', '2026-11-24')
    await list('2026-11-24', '2026-11-24T20:00:00Z', [record('Robots two', { votes: 50 })])
    await planDays('ann', '2026-11-25')
    expect(await shown('ann')).toEqual({
      '2026-11-24': [['robots', 'Robots one']],
      '2026-11-25': [],
    })
  })

  test('does not offer a paper that is older than two weeks', async () => {
    await world.addSubscriber('ann', { topics: ['robots votes>=20'] })
    await list('2026-11-24', '2026-11-24T02:00:00Z', [record('Robots', { votes: 3 })])
    await planDays('ann', '2026-11-24', '2026-12-08')
    await list('2026-11-24', '2026-12-08T20:00:00Z', [record('Robots', { votes: 21 })])
    await planDays('ann', '2026-12-09')
    expect((await shown('ann'))['2026-12-09']).toEqual([])
  })

  test('offers in a weekly digest too what got its votes within two weeks', async () => {
    await world.addSubscriber('ann', { topics: ['robots votes>=20'], days: ['mon'] })
    await list('2026-11-27', '2026-11-27T02:00:00Z', [record('Robots', { votes: 3 })])
    await planDays('ann', '2026-11-30', '2026-12-07')
    await list('2026-11-27', '2026-12-08T02:00:00Z', [record('Robots', { votes: 21 })])
    await planDays('ann', '2026-12-14', '2026-12-21')
    expect(await shown('ann')).toMatchObject({
      '2026-12-07': [],
      '2026-12-14': [['Rising', 'Robots']],
      '2026-12-21': [],
    })
  })

  test('offers in a daily digest what got its votes in the last hours of two weeks', async () => {
    await world.addSubscriber('ann', { topics: ['robots votes>=20'] })
    await list('2026-11-24', '2026-11-24T02:00:00Z', [record('Robots', { votes: 3 })])
    await planDays('ann', '2026-12-07')
    await list('2026-11-24', '2026-12-07T09:00:00Z', [record('Robots', { votes: 21 })])
    await planDays('ann', '2026-12-08')
    expect((await shown('ann'))['2026-12-08']).toEqual([['Rising', 'Robots']])
  })

  test('does not offer a paper whose votes fell below a limit', async () => {
    await world.addSubscriber('ann', { topics: ['robots -votes>=20'] })
    await list('2026-11-24', '2026-11-24T02:00:00Z', [record('Robots', { votes: 25 })])
    await planDays('ann', '2026-11-24')
    await list('2026-11-24', '2026-11-24T20:00:00Z', [record('Robots', { votes: 19 })])
    await planDays('ann', '2026-11-25')
    expect((await shown('ann'))['2026-11-25']).toEqual([])
  })

  test('offers rising papers of a digest that was given up again, also after another was planned', async () => {
    await world.addSubscriber('ann', { topics: ['robots votes>=20'] })
    await list('2026-11-24', '2026-11-24T02:00:00Z', [record('Robots', { votes: 3 })])
    await planDays('ann', '2026-11-24')
    await list('2026-11-24', '2026-11-24T20:00:00Z', [record('Robots', { votes: 21 })])
    await world.plan('2026-11-25T08:00:00Z')
    await planDays('ann', '2026-11-26')
    await world.end('ann', '2026-11-25', 'gave_up')
    await planDays('ann', '2026-11-27')
    expect((await shown('ann'))['2026-11-27']).toEqual([['Rising', 'Robots']])
  })

  test('offers rising papers of a digest that was given up again', async () => {
    await world.addSubscriber('ann', { topics: ['robots votes>=20'] })
    await list('2026-11-24', '2026-11-24T02:00:00Z', [record('Robots', { votes: 3 })])
    await planDays('ann', '2026-11-24')
    await list('2026-11-24', '2026-11-24T20:00:00Z', [record('Robots', { votes: 21 })])
    await world.plan('2026-11-25T08:00:00Z')
    await world.end('ann', '2026-11-25', 'gave_up')
    await planDays('ann', '2026-11-26')
    expect((await shown('ann'))['2026-11-26']).toEqual([['Rising', 'Robots']])
  })
})

describe('a newer version of a paper', () => {
  const old: SourceRecord['keys'] = [{ scheme: 'arxiv', value: '2501.00001' }]

  test('is offered to a topic that requests revised papers, and to no other', async () => {
    await world.addSubscriber('ann', { topics: ['robots'] })
    await world.addSubscriber('ben', { topics: ['robots is:revised'] })
    const records = [record('Robots revised', { keys: old, kind: 'revised', version: 3 })]
    await list('2026-11-24', '2026-11-24T05:00:00Z', records, 'arxiv:cs.CL')
    await planDays('ann', '2026-11-24')
    expect(await shown('ann')).toEqual({ '2026-11-24': [] })
    expect(await shown('ben')).toEqual({ '2026-11-24': [['robots', 'Robots revised']] })
  })

  test('is offered if the paper was not offered when it was new', async () => {
    await world.addSubscriber('ben', { topics: ['robots is:revised'] })
    await list('2026-11-24', '2026-11-24T05:00:00Z', [record('Robots', { keys: old })], 'arxiv:cs.CL')
    await planDays('ben', '2026-11-24')
    const revised = record('Robots', { keys: old, kind: 'revised', version: 2 })
    await list('2026-12-28', '2026-12-28T05:00:00Z', [revised], 'arxiv:cs.CL')
    await planDays('ben', '2026-12-28')
    expect((await shown('ben'))['2026-12-28']).toEqual([['robots', 'Robots']])
  })

  test('is offered if an earlier version was listed before the subscription', async () => {
    const version = (day: Day, n: number) =>
      list(
        day,
        `${day}T05:00:00Z`,
        [record('Robots', { keys: old, kind: 'revised', version: n })],
        'arxiv:cs.CL',
      )
    await list('2026-10-01', '2026-10-01T05:00:00Z', [record('Robots', { keys: old })], 'arxiv:cs.CL')
    await version('2026-11-01', 2)
    await world.addSubscriber('ben', { topics: ['robots is:revised'] })
    await planDays('ben', '2026-11-24')
    await version('2026-11-26', 3)
    await planDays('ben', '2026-11-26', '2026-11-27')
    expect(await shown('ben')).toMatchObject({
      '2026-11-24': [],
      '2026-11-26': [['robots', 'Robots']],
      '2026-11-27': [],
    })
  })

  test('is offered by the first digest, also for a paper that was listed before', async () => {
    await list('2026-10-01', '2026-10-01T05:00:00Z', [record('Robots', { keys: old })], 'arxiv:cs.CL')
    await world.addSubscriber('ben', { topics: ['robots is:revised'], days: ['mon'] })
    const revised = record('Robots', { keys: old, kind: 'revised', version: 2 })
    await list('2026-11-26', '2026-11-26T05:00:00Z', [revised], 'arxiv:cs.CL')
    await planDays('ben', '2026-11-30')
    expect((await shown('ben'))['2026-11-30']).toEqual([['robots', 'Robots']])
  })

  test('is offered once it also has the votes', async () => {
    await list('2026-10-01', '2026-10-01T05:00:00Z', [record('Robots', { keys: old })], 'arxiv:cs.CL')
    await world.addSubscriber('ben', { topics: ['robots is:revised votes>=20'] })
    await planDays('ben', '2026-11-24')
    const revised = record('Robots', { keys: old, kind: 'revised', version: 2 })
    await list('2026-11-25', '2026-11-25T05:00:00Z', [revised], 'arxiv:cs.CL')
    await planDays('ben', '2026-11-25')
    await list('2026-10-01', '2026-11-25T20:00:00Z', [record('Robots', { keys: old, votes: 30 })])
    await planDays('ben', '2026-11-26')
    expect((await shown('ben'))['2026-11-26']).toEqual([['robots', 'Robots']])
  })

  test('is not offered to a subscriber who was offered the paper before', async () => {
    await world.addSubscriber('ben', { topics: ['robots', 'climbing is:revised'] })
    await list(
      '2026-11-24',
      '2026-11-24T05:00:00Z',
      [record('Robots climbing', { keys: old })],
      'arxiv:cs.CL',
    )
    await planDays('ben', '2026-11-24')
    const revised = record('Robots climbing', { keys: old, kind: 'revised', version: 2 })
    await list('2026-12-28', '2026-12-28T05:00:00Z', [revised], 'arxiv:cs.CL')
    await planDays('ben', '2026-12-28')
    expect((await shown('ben'))['2026-12-28']).toEqual([])
  })

  test('does not keep the paper from being offered once it is listed as new', async () => {
    await world.addSubscriber('ann', { topics: ['robots'] })
    await world.addSubscriber('ben', { topics: ['robots is:revised'] })
    const revised = record('Robots', { keys: old, kind: 'revised', version: 2 })
    await list('2026-11-24', '2026-11-24T05:00:00Z', [revised], 'arxiv:cs.CL')
    await planDays('ben', '2026-11-24')
    await list(
      '2026-11-25',
      '2026-11-25T05:00:00Z',
      [record('Robots', { keys: old, kind: 'cross' })],
      'arxiv:cs.LG',
    )
    await planDays('ann', '2026-11-25')
    expect(await shown('ann')).toMatchObject({ '2026-11-25': [['robots', 'Robots']] })
    expect((await shown('ben'))['2026-11-25']).toEqual([])
  })

  test('is not among the best of a day', async () => {
    await world.addSubscriber('ann')
    const revised = record('Robots', { keys: old, kind: 'revised', version: 2 })
    await list('2026-11-24', '2026-11-24T05:00:00Z', [revised], 'arxiv:cs.CL')
    await planDays('ann', '2026-11-25')
    expect(await shown('ann')).toMatchObject({ '2026-11-25': [] })
  })
})

test('a withdrawn paper is offered once a later day lists it again', async () => {
  const keys: SourceRecord['keys'] = [{ scheme: 'arxiv', value: '2611.00007' }]
  await world.addSubscriber('ann', { topics: ['robots'] })
  const withdrawnAt = new Date('2026-11-24T01:00:00Z')
  await list('2026-11-24', '2026-11-24T02:00:00Z', [record('Robots', { keys, withdrawnAt })])
  await planDays('ann', '2026-11-24')
  await list('2026-11-25', '2026-11-25T02:00:00Z', [record('Robots', { keys, withdrawnAt: null })])
  await list('2026-11-24', '2026-11-25T03:00:00Z', [record('Robots', { keys, withdrawnAt })])
  await planDays('ann', '2026-11-25', '2026-11-26')
  expect(await shown('ann')).toEqual({
    '2026-11-24': [],
    '2026-11-25': [['robots', 'Robots']],
    '2026-11-26': [],
  })
})
