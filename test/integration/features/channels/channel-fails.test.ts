import { describe, expect, test } from 'vitest'
import { freePort } from '../../../../src/core/database/embedded-postgres.ts'
import { openIncidents } from '../../../../src/core/incident.repo.ts'
import { testChannel } from '../../../../src/features/channels/change-channels.ts'
import { allChannels } from '../../../../src/features/channels/channel.repo.ts'
import { CHANNEL_KINDS, type ChannelKind } from '../../../../src/features/channels/channel.ts'
import { openPosts, takePost } from '../../../../src/features/channels/post.repo.ts'
import { sealTarget } from '../../../../src/features/channels/target.ts'
import { findProblems } from '../../../../src/operator/health/conditions.ts'
import { readHealthFacts } from '../../../../src/operator/health/facts.ts'
import { FIRST, useChannelWorld } from './channel-world.ts'
import { SECRETS, type ServiceFault, telegramError } from './stand-in-service.ts'

const world = useChannelWorld()

const at = (time: string) => `${FIRST}T${time}Z`

/** A channel with a paper of the first day, whose requests get these faults. */
async function begin(kind: ChannelKind, faults: ServiceFault[], { keeps = false } = {}): Promise<void> {
  await world.add(kind)
  await world.addPapers(FIRST, 1)
  Object.assign(world.service, { faults, keeps })
}

const openPost = () => world.db.channelPost.findFirst({ where: { state: 'deferred' } })

const last = async () => (await world.posts()).at(-1)!

async function problem() {
  const all = findProblems(await readHealthFacts(world.deps()))
  const found = all.filter(({ condition }) => condition.name.startsWith('channel-'))
  for (const { sentence, fix } of found)
    for (const secret of SECRETS) expect(sentence + fix).not.toContain(secret)
  return found[0]
}

describe('a service that asks for patience', () => {
  const LATER: [ChannelKind, ServiceFault][] = [
    ['slack', { status: 429, headers: { 'retry-after': '240' }, body: 'rate_limited' }],
    [
      'discord',
      { status: 429, headers: { 'retry-after': '1' }, body: '{"retry_after":239.4,"global":false}' },
    ],
    ['telegram', telegramError(429, 'Too Many Requests: retry after 240', { retry_after: 240 })],
    [
      'json',
      {
        status: 429,
        headers: {
          'retry-after': new Date('2026-11-24T08:04:00Z').toUTCString(),
          date: new Date('2026-11-24T08:00:00Z').toUTCString(),
        },
      },
    ],
  ]
  test.each(LATER)('%s is asked again after that time', async (kind, fault) => {
    await begin(kind, [fault])
    await world.run(at('08:00:00'))
    const reason = kind === 'slack' ? 'HTTP 429, rate_limited' : 'HTTP 429'
    expect(await last()).toMatchObject({ state: 'deferred', reason })
    await world.run(at('08:03:59'))
    expect(world.service.received).toHaveLength(1)
    await world.run(at('08:04:00'))
    expect(await last()).toMatchObject({ state: 'posted', attempts: 2 })
  })

  test('feishu says so in the body', async () => {
    await begin('feishu', [{ status: 200, body: '{"code":11232,"msg":"frequency limited"}' }])
    await world.run(at('08:00:00'))
    expect(await last()).toMatchObject({ state: 'deferred', reason: 'HTTP 200, code 11232' })
  })
})

describe('a service that is down', () => {
  test('is tried again ever later until the deadline; then the reason is recorded, and the next post has the papers', async () => {
    await begin('slack', [{ status: 503 }], { keeps: true })
    const tries: string[] = []
    await world.run(at('08:00:00'))
    for (let open = await openPost(); open; open = await openPost()) {
      tries.push(open.changedAt.toISOString().slice(11, 16))
      const { nextTry, deadline } = open
      await world.run(new Date(Math.min(nextTry.getTime(), deadline.getTime())).toISOString())
    }
    expect(tries).toEqual(['08:00', '08:01', '08:06', '08:36', '10:36', '15:36', '20:36', '01:36'])
    expect(await last()).toMatchObject({ state: 'gave_up', reason: 'HTTP 503' })
    expect(await problem()).toMatchObject({
      condition: { name: 'channel-failing' },
      sentence: expect.stringContaining('did not take its post in time; the next one has its papers'),
    })
    world.service.faults = []
    await world.run('2026-11-25T08:00:00Z')
    expect(await last()).toMatchObject({ date: '2026-11-25', state: 'posted' })
    expect(world.service.posted[0]!.raw).toContain(`Dragons 0 of ${FIRST}`)
    expect(await problem()).toBeUndefined()
  })

  test('and cannot be reached is tried again, since nothing was sent', async () => {
    await world.add('slack', { url: `http://127.0.0.1:${await freePort()}/services/slackSecretOfTheWebhook` })
    await world.addPapers(FIRST, 1)
    for (const time of ['08:00:00', '08:01:00', '08:06:00', '08:36:00']) await world.run(at(time))
    expect(await last()).toMatchObject({ state: 'deferred', attempts: 4, reason: 'no reply: ECONNREFUSED' })
    for (const secret of SECRETS) expect(world.logged.join()).not.toContain(secret)
  })
})

describe('a service that refuses', () => {
  test('with a part of its address shows only the status', async () => {
    await begin('json', [{ status: 400, body: 'hook' }])
    await world.run(at('08:00:00'))
    expect(await last()).toMatchObject({ state: 'refused', reason: 'HTTP 400' })
  })

  const GONE: [ChannelKind, ServiceFault, string][] = [
    ['slack', { status: 404, body: 'no_service' }, 'HTTP 404, no_service'],
    ['slack', { status: 410, body: 'channel_is_archived' }, 'HTTP 410, channel_is_archived'],
    ['discord', { status: 404, body: '{"message":"Unknown Webhook","code":10015}' }, 'HTTP 404, code 10015'],
    ['telegram', telegramError(401, 'Unauthorized'), 'HTTP 401, Unauthorized'],
    [
      'feishu',
      { status: 200, body: '{"code":19001,"msg":"param invalid: incoming webhook access token invalid"}' },
      'HTTP 200, code 19001',
    ],
    ['json', { status: 410 }, 'HTTP 410'],
  ]
  test.each(GONE)('%s for good stops the channel at once: %j', async (kind, fault, reason) => {
    await begin(kind, [fault])
    await world.run(at('08:00:00'))
    expect(await last()).toMatchObject({ state: 'refused', reason })
    expect(await problem()).toMatchObject({
      condition: { name: 'channel-stopped' },
      sentence: expect.stringContaining(reason),
    })
    await world.run('2026-11-25T08:00:00Z')
    expect(await last()).toMatchObject({
      date: '2026-11-25',
      state: 'missed',
      reason: 'the channel is stopped',
    })
    expect(world.service.received).toHaveLength(1)
  })

  const REFUSED: [ChannelKind, ServiceFault, string][] = [
    ['slack', { status: 403, body: 'action_prohibited' }, 'HTTP 403, action_prohibited'],
    ['discord', { status: 400, body: '{"code":50035}' }, 'HTTP 400, code 50035'],
    ['telegram', telegramError(400, 'Bad Request: chat not found'), 'HTTP 400, Bad Request: chat not found'],
    ['feishu', { status: 200, body: '{"code":19024,"msg":"Key Words Not Found"}' }, 'HTTP 200, code 19024'],
    [
      'json',
      { status: 302, headers: { location: 'http://127.0.0.1:9/' } },
      'HTTP 302, a redirect, which is not followed',
    ],
  ]
  test.each(REFUSED)(
    '%s is asked on three days, and then the channel stops: %j',
    async (kind, fault, reason) => {
      await begin(kind, [fault], { keeps: true })
      for (const day of [24, 25, 26, 27]) {
        await world.run(`2026-11-${day}T08:00:00Z`)
        await world.run(`2026-11-${day}T12:00:00Z`)
      }
      expect((await world.posts()).map(({ state }) => state)).toEqual([
        'refused',
        'refused',
        'refused',
        'missed',
      ])
      expect((await world.posts())[0]).toMatchObject({ reason, attempts: 1 })
      expect(world.service.received).toHaveLength(3)
    },
  )

  test('starts again with a test that is taken, and its next post has the papers', async () => {
    await begin('slack', [{ status: 410 }])
    await world.run(at('08:00:00'))
    const tested = await testChannel(world.deps(), { name: 'slack', dryRun: false })
    expect(tested.outcome).toEqual({ kind: 'posted' })
    expect(await problem()).toBeUndefined()
    await world.run('2026-11-25T08:00:00Z')
    expect(await last()).toMatchObject({ date: '2026-11-25', state: 'posted' })
    expect(world.service.posted).toHaveLength(2)
  })
})

describe('a service that takes the post and does not reply', () => {
  const kinds = CHANNEL_KINDS.filter((kind) => kind !== 'json')
  test.each(kinds)('%s gets it at most twice', async (kind) => {
    await begin(kind, ['hangs-up'], { keeps: true })
    for (const time of ['08:00:00', '08:14:00', '08:15:00', '08:30:00', '12:00:00']) await world.run(at(time))
    expect(world.service.posted).toHaveLength(2)
    expect(await last()).toMatchObject({ state: 'uncertain', reason: 'no reply: UND_ERR_SOCKET' })
    await world.run('2026-11-25T08:00:00Z')
    expect(await last()).toMatchObject({ date: '2026-11-25', state: 'nothing_matched' })
  })

  test('with WHEN_UNCERTAIN=hold gets it once', async () => {
    await begin('slack', ['hangs-up'], { keeps: true })
    for (const time of ['08:00:00', '08:15:00']) await world.run(at(time), { WHEN_UNCERTAIN: 'hold' })
    expect(world.service.posted).toHaveLength(1)
    expect(await last()).toMatchObject({ state: 'uncertain' })
  })

  test('gets signed JSON until it does, each time with the same id and body', async () => {
    await begin('json', ['hangs-up', 'hangs-up', 'hangs-up'])
    for (const time of ['08:00:00', '08:15:00', '08:30:00', '08:45:00']) await world.run(at(time))
    expect(await last()).toMatchObject({ state: 'posted', attempts: 4 })
    expect(new Set(world.service.posted.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(world.service.posted.map(({ raw }) => raw)).size).toBe(1)
    expect(new Set(world.service.posted.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(4)
  })

  test('a reply of Telegram and Feishu that breaks off does not count as taken', async () => {
    await begin('telegram', [{ status: 200, body: '{"ok":' }])
    await world.run(at('08:00:00'))
    expect(await last()).toMatchObject({ state: 'deferred', reason: 'HTTP 200 without a whole reply' })
  })
})

describe('a process that dies', () => {
  /** Takes the post as a process does that is killed before it records what became of it. */
  async function takeAndDie(): Promise<void> {
    const [channel] = await allChannels(world.db)
    const [post] = await openPosts(world.db, channel!.id)
    await takePost(world.db, post!, { holder: 'dead', now: world.clock.now() })
  }

  test('loses nothing: the next one posts it under the same id', async () => {
    await begin('json', [{ status: 503 }])
    await world.run(at('08:00:00'))
    await takeAndDie()
    await world.run(at('08:02:00'))
    expect(await last()).toMatchObject({ state: 'posted', attempts: 3 })
    expect(world.logged.join()).toContain('channel.lost')
  })

  test('with WHEN_UNCERTAIN=hold leaves it uncertain', async () => {
    await begin('slack', [{ status: 503 }])
    await world.run(at('08:00:00'))
    await takeAndDie()
    await world.run(at('08:02:00'), { WHEN_UNCERTAIN: 'hold' })
    expect(await last()).toMatchObject({
      state: 'uncertain',
      reason: 'a process ended while it sent the post',
    })
    expect(world.service.posted).toEqual([])
  })

  test('keeps others from its channel while its lease runs, by the clock of the database', async () => {
    await begin('slack', [])
    const [channel] = await allChannels(world.db)
    const until = new Date(Date.now() + 60_000)
    const bucket = {
      key: `channel ${channel!.id}`,
      capacity: 1,
      perSecond: 1,
      tokens: 0,
      at: until,
      heldUntil: until,
      holder: 'other',
    }
    await world.db.bucket.create({ data: bucket })
    await world.run(at('08:00:00'))
    await world.run(at('09:00:00'))
    expect(world.service.received).toEqual([])
    await world.db.bucket.updateMany({
      data: { heldUntil: new Date(Date.now() - 1000), at: new Date(Date.now() - 5000) },
    })
    await world.run(at('09:01:00'))
    expect(world.service.posted).toHaveLength(1)
  })
})

describe('the secret', () => {
  const OLD = 'an older app secret of this site 32 bytes'
  const NEW = 'the newest app secret of this site 32 bytes'

  test('is encrypted again under a newer APP_SECRET, and works without the older one', async () => {
    await begin('slack', [])
    const [channel] = await allChannels(world.db)
    const target = { url: `${world.service.url}/services/T000/B000/slackSecretOfTheWebhook` }
    const sealed = sealTarget({ APP_SECRET: [OLD] }, channel!.id, target)
    await world.db.labChannel.updateMany({ data: { target: sealed } })
    await world.run(at('08:00:00'), { APP_SECRET: `${NEW},${OLD}` })
    await world.addPapers('2026-11-25', 1)
    await world.run('2026-11-25T08:00:00Z', { APP_SECRET: NEW })
    expect(world.service.posted).toHaveLength(2)
  })

  test('that no APP_SECRET decrypts is an incident, and the post ends with that reason', async () => {
    await begin('slack', [])
    await world.run(at('08:00:00'), { APP_SECRET: NEW })
    expect(await problem()).toMatchObject({ condition: { name: 'channel-stopped' } })
    await world.run('2026-11-25T04:00:00Z', { APP_SECRET: NEW })
    expect((await world.posts())[0]).toMatchObject({
      state: 'gave_up',
      reason: expect.stringContaining('APP_SECRET'),
    })
    await expect(
      testChannel(world.deps({ APP_SECRET: NEW }), { name: 'slack', dryRun: false }),
    ).rejects.toMatchObject({
      code: 'channel.sealed',
    })
    expect(await openIncidents(world.db)).toHaveLength(1)
  })

  test('of one channel does not decrypt another', async () => {
    await world.add('slack')
    await world.add('discord')
    const [discord, slack] = await allChannels(world.db)
    await world.db.labChannel.update({ where: { id: discord!.id }, data: { target: slack!.target } })
    await world.addPapers(FIRST, 1)
    await world.run(at('08:00:00'))
    expect(world.service.posted.map(({ kind }) => kind)).toEqual(['slack'])
  })
})
