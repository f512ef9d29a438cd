import { describe, expect, test } from 'vitest'
import { CHANNEL_KINDS } from '../../../../src/features/channels/channel.ts'
import { FIRST, useChannelWorld } from './channel-world.ts'
import { SECRETS } from './stand-in-service.ts'

const world = useChannelWorld()

const titlesIn = (raw: string): string[] => [...new Set(raw.match(/Dragons \d+ of [\d-]+/g))]

describe('a channel', () => {
  test.each(CHANNEL_KINDS)('of kind %s gets a post once a day, and logs have no secret', async (kind) => {
    await world.add(kind)
    await world.addPapers(FIRST, 2)
    await world.run(`${FIRST}T07:59:00Z`)
    expect(world.service.received).toEqual([])
    await world.run(`${FIRST}T08:00:00Z`)
    await world.run(`${FIRST}T08:01:00Z`)
    expect(world.service.posted).toHaveLength(1)
    expect(titlesIn(world.service.posted[0]!.raw)).toHaveLength(2)
    expect(await world.posts()).toEqual([{ date: FIRST, state: 'posted', reason: '', attempts: 1 }])
    const seen = world.logged.join() + JSON.stringify(await world.db.labChannel.findMany())
    for (const secret of SECRETS) expect(seen).not.toContain(secret)
  })

  test('gets each paper once, late ones too, and at most as many as it takes', async () => {
    await world.add('json', { max: '3' })
    await world.addPapers(FIRST, 5)
    await world.run(`${FIRST}T08:00:00Z`)
    await world.addPapers(FIRST, ['Dragons 77 of 2026-11-24'])
    await world.addPapers('2026-11-25', 1)
    await world.run('2026-11-25T08:00:00Z')
    const [first, second] = world.service.posted.map(
      ({ body }) => body.data as { count: number; papers: unknown[] },
    )
    expect(first).toMatchObject({ count: 5 })
    expect(first!.papers).toHaveLength(3)
    expect(second).toMatchObject({ count: 2 })
    expect(titlesIn(world.service.posted[1]!.raw).toSorted()).toEqual([
      'Dragons 0 of 2026-11-25',
      'Dragons 77 of 2026-11-24',
    ])
  })

  test('does not get a paper again under the id of another that it is the same as', async () => {
    await world.add('json')
    await world.addPapers(FIRST, 1)
    await world.run(`${FIRST}T08:00:00Z`)
    const { matched } = await world.db.channelPost.findFirstOrThrow()
    await world.db.channelPost.updateMany({ data: { matched: [999] } })
    await world.db.paperKey.create({ data: { scheme: 'id', value: '999', paperId: matched[0]! } })
    await world.run('2026-11-25T08:00:00Z')
    expect((await world.posts()).at(-1)).toMatchObject({ state: 'nothing_matched' })
  })

  test('gets nothing on a day without matches, whose reason is recorded', async () => {
    await world.add()
    await world.addPapers(FIRST, ['Unicorns'])
    await world.run(`${FIRST}T08:00:00Z`)
    expect(world.service.received).toEqual([])
    expect(await world.posts()).toMatchObject([{ state: 'nothing_matched', reason: 'no new paper matched' }])
  })

  test('has a reason for each date on which the service did not run, and the next post has their papers', async () => {
    await world.add()
    await world.addPapers(FIRST, 1)
    await world.run('2026-11-26T05:00:00Z')
    await world.addPapers('2026-11-26', 1)
    await world.run('2026-11-26T08:00:00Z')
    expect(await world.posts()).toMatchObject([
      { date: FIRST, state: 'missed', reason: 'the service did not run at that time' },
      { date: '2026-11-25', state: 'missed' },
      { date: '2026-11-26', state: 'posted' },
    ])
    expect(titlesIn(world.service.posted[0]!.raw)).toHaveLength(2)
  })

  test('has no post of the days before it was added, and of the days that it leaves out', async () => {
    await world.add('slack', { days: ['wed'] })
    await world.addPapers('2026-11-20', 1)
    await world.addPapers(FIRST, 1)
    await world.run(`${FIRST}T08:00:00Z`)
    expect(await world.posts()).toEqual([])
    await world.run('2026-11-25T08:00:00Z')
    expect(titlesIn(world.service.posted[0]!.raw)).toEqual([`Dragons 0 of ${FIRST}`])
  })

  test('is served at its own hour and zone', async () => {
    await world.add('slack', { zone: 'Asia/Tokyo', hour: '9' })
    await world.addPapers('2026-11-23', 1)
    await world.run('2026-11-23T23:59:00Z')
    expect(world.service.received).toEqual([])
    await world.run('2026-11-24T00:00:00Z')
    expect(world.service.posted).toHaveLength(1)
  })

  test('does not keep another from its post', async () => {
    await world.add('slack')
    await world.add('discord')
    await world.addPapers(FIRST, 1)
    await world.db.labChannel.update({ where: { name: 'discord' }, data: { topic: '(' } })
    await expect(world.run(`${FIRST}T08:00:00Z`)).rejects.toMatchObject({ code: 'query.bracket-open' })
    expect(world.service.posted.map(({ kind }) => kind)).toEqual(['slack'])
  })
})

test('nothing is posted with SENDING=off, and while a restored database waits', async () => {
  await world.add()
  await world.addPapers(FIRST, 1)
  await world.run(`${FIRST}T08:00:00Z`, { SENDING: 'off' })
  const held = { name: 'delivery', value: 'restored', reason: 'restored', at: new Date() }
  await world.db.switch.create({ data: held })
  await world.run(`${FIRST}T08:01:00Z`)
  expect(world.service.received).toEqual([])
  await world.db.switch.delete({ where: { name: 'delivery' } })
  await world.run(`${FIRST}T08:02:00Z`)
  expect(world.service.posted).toHaveLength(1)
})

test('processes that run at once post once', async () => {
  await world.add()
  await world.addPapers(FIRST, 1)
  await Promise.all(Array.from({ length: 5 }, () => world.run(`${FIRST}T08:00:00Z`)))
  expect(world.service.posted).toHaveLength(1)
})
