import { describe, expect, test } from 'vitest'
import type { Fault } from '../../../../src/core/errors.ts'
import { CHANNEL_KINDS } from '../../../../src/features/channels/channel.ts'
import { runCommand } from '../../../support/commands.ts'
import { FIRST, targetOf, useChannelWorld } from './channel-world.ts'
import { JSON_KEY, SECRETS } from './stand-in-service.ts'

const world = useChannelWorld()

const run = (...args: string[]) => runCommand(world.deps(), ['channels', ...args])
const add = (...args: string[]) => run('add', 'lab', '--topic', 'dragons', ...args)

const faultOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'none'
  } catch (error) {
    return (error as Fault).code
  }
}

function withoutSecrets(output: unknown): void {
  const text = JSON.stringify(output)
  for (const secret of SECRETS) expect(text).not.toContain(secret)
}

describe('channels add', () => {
  test.each(CHANNEL_KINDS)('adds one of kind %s, which list shows without its secrets', async (kind) => {
    const { url = '', secret, chat } = targetOf(kind, world.service.url)
    const options = [...(secret ? ['--secret', secret] : []), ...(chat ? [`--chat=${chat}`] : [])]
    withoutSecrets(await add('--kind', kind, '--url', url, ...options))
    const listed = await run('list')
    withoutSecrets(listed)
    expect(listed.json).toMatchObject([
      { name: 'lab', kind, address: `${world.service.url}/…`, hour: 8, posts: [] },
    ])
    const actions = await world.db.action.findMany()
    withoutSecrets(actions)
    expect(actions).toMatchObject([{ verb: 'channels add' }])
  })

  test('makes a key for JSON if none is given, and shows it this once', async () => {
    const { json, text } = await add('--kind', 'json', '--url', 'https://lab.example/hook')
    const { key } = json as { key: string }
    expect(key).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(text).toContain(key)
    expect(JSON.stringify(await run('list'))).not.toContain(key)
  })

  test('says when the first post is due: tomorrow if its hour has passed', async () => {
    await world.run(`${FIRST}T08:30:00Z`)
    const { text } = await add('--kind', 'json', '--url', 'https://lab.example/hook', '--hour', '7')
    expect(text).toContain('Added. The next post is due 2026-11-25 07:00 (UTC).')
  })

  test('names the option of a file that cannot be read', async () => {
    const adding = add('--kind', 'slack', '--url-file', '/no/such/file')
    await expect(adding).rejects.toThrow('--url-file "/no/such/file": cannot be read (ENOENT)')
    expect(await faultOf(add('--kind', 'slack', '--url-file', '/no/such/file'))).toBe('usage.wrong')
  })

  test('with --dry-run stores nothing and shows no key', async () => {
    const output = await add('--kind', 'json', '--url', 'https://lab.example/hook', '--dry-run')
    expect(JSON.stringify(output)).not.toContain('whsec_')
    expect(await world.db.labChannel.count()).toBe(0)
  })

  const ADDRESSES: [url: string, code: string][] = [
    ['https://hooks.slack.com/services/a', 'none'],
    ['http://127.0.0.1:8065/hooks/a', 'none'],
    ['http://[::1]:8065/hooks/a', 'none'],
    ['http://10.1.2.3/a', 'none'],
    ['http://172.16.0.1/a', 'none'],
    ['http://192.168.1.2/a', 'none'],
    ['http://[fd00::1]/a', 'none'],
    ['http://mattermost:8065/a', 'none'],
    ['http://chat.lab.internal/a', 'none'],
    ['http://hooks.slack.com/services/a', 'channel.address'],
    ['http://8.8.8.8/a', 'channel.address'],
    ['http://172.32.0.1/a', 'channel.address'],
    ['https://user:password@lab.example/', 'channel.address'],
    ['file:///etc/passwd', 'channel.address'],
    ['ftp://lab.example/', 'channel.address'],
    ['hooks.slack.com/services/a', 'channel.address'],
    ['', 'channel.address'],
  ]
  test.each(ADDRESSES)('with the address %s: %s', async (url, code) => {
    expect(await faultOf(add('--kind', 'slack', '--url', url))).toBe(code)
  })

  const WRONG: [args: string[], code: string][] = [
    [['--kind', 'slack', '--url', 'https://a.example/', '--secret', 'x'], 'channel.secret'],
    [['--kind', 'telegram', '--chat', '@my_lab'], 'channel.secret'],
    [['--kind', 'telegram', '--chat', '@my_lab', '--secret', 'no token'], 'channel.secret'],
    [['--kind', 'telegram', '--secret', '1:abc'], 'channel.chat'],
    [['--kind', 'discord', '--url', 'https://a.example/', '--chat', '@my_lab'], 'channel.chat'],
    [['--kind', 'json', '--url', 'https://a.example/', '--secret', 'whsec_c2hvcnQ='], 'channel.secret'],
    [['--kind', 'feishu', '--url', 'https://a.example/', '--secret', 'two words'], 'channel.secret'],
    [['--kind', 'slack', '--url', 'https://a.example/', '--hour', '24'], 'setting.hour'],
    [['--kind', 'slack', '--url', 'https://a.example/', '--zone', 'Nowhere'], 'zone.unknown'],
    [['--kind', 'irc', '--url', 'https://a.example/'], 'commander.invalidArgument'],
  ]
  test.each(WRONG)('with %j: %s', async (args, code) => {
    expect(await faultOf(add(...args))).toBe(code)
    expect(await world.db.labChannel.count()).toBe(0)
  })

  test('refuses a name that is taken or is none, and a topic that cannot be read', async () => {
    await world.add()
    const url = ['--kind', 'slack', '--url', 'https://a.example/']
    expect(await faultOf(run('add', 'slack', '--topic', 'dragons', ...url))).toBe('channel.exists')
    expect(await faultOf(run('add', 'My Lab', '--topic', 'dragons', ...url))).toBe('channel.name')
    expect(await faultOf(run('add', 'lab', '--topic', '(', ...url))).toBe('query.bracket-open')
  })
})

describe('channels remove', () => {
  test('removes a channel with its posts', async () => {
    await world.add()
    await world.addPapers(FIRST, 1)
    await world.run(`${FIRST}T08:00:00Z`)
    await run('remove', 'slack', '--dry-run')
    expect(await world.posts('slack')).toHaveLength(1)
    expect((await run('remove', 'slack')).json).toEqual({ name: 'slack', dryRun: false })
    expect(await world.db.labChannel.count()).toBe(0)
    expect(await world.db.channelPost.count()).toBe(0)
    expect(await faultOf(run('remove', 'slack'))).toBe('channel.unknown')
  })
})

describe('channels test', () => {
  test('posts up to three papers, marked as a test, and leaves the post of the day as it is', async () => {
    await world.add('json')
    await world.addPapers('2026-11-23', 5)
    const { json, exitCode } = await run('test', 'json')
    expect({ json, exitCode }).toMatchObject({ json: { posted: true, papers: 3, reason: null }, exitCode: 0 })
    expect(world.service.posted[0]!.body).toMatchObject({ type: 'channel.test', data: { count: 5 } })
    await world.run(`${FIRST}T08:00:00Z`)
    expect(world.service.posted[1]!.body).toMatchObject({ type: 'topic.papers', data: { count: 5 } })
  })

  test('without a match says so', async () => {
    await world.add('slack')
    expect((await run('test', 'slack')).json).toMatchObject({ posted: true, papers: 0 })
    expect(world.service.posted[0]!.raw).toContain('No paper of the last days matches')
  })

  test('with --dry-run shows what would be posted, and posts nothing', async () => {
    await world.add('telegram')
    const output = await run('test', 'telegram', '--dry-run')
    withoutSecrets(output)
    expect(output.json).toMatchObject({
      posted: false,
      dryRun: true,
      body: { chat_id: '@my_lab', parse_mode: 'HTML' },
    })
    expect(world.service.received).toEqual([])
  })

  test('that the service refuses fails with its reason', async () => {
    await world.add('slack')
    world.service.faults = [{ status: 403, body: 'action_prohibited' }]
    const output = await run('test', 'slack')
    withoutSecrets(output)
    expect(output).toMatchObject({
      exitCode: 1,
      json: { posted: false, reason: 'HTTP 403, action_prohibited' },
    })
    expect(await faultOf(run('test', 'nothing'))).toBe('channel.unknown')
  })
})

test('channels list has the newest posts, with why nothing was posted', async () => {
  expect((await run('list')).text).toBe('No channels.')
  await world.add('json', { secret: JSON_KEY })
  await world.run(`${FIRST}T08:00:00Z`)
  await world.addPapers('2026-11-25', 1)
  await world.run('2026-11-25T08:00:00Z')
  const { json, text } = await run('list')
  expect(json).toMatchObject([
    {
      nextPost: '2026-11-26T08:00:00.000Z',
      posts: [
        { date: '2026-11-25', state: 'posted', reason: null, papers: 1, attempts: 1 },
        { date: FIRST, state: 'nothing-matched', reason: 'no new paper matched', papers: 0, attempts: 0 },
      ],
    },
  ])
  expect(text).toMatch(/2026-11-25 posted +2026-11-26 08:00/)
})

test('old posts are pruned', async () => {
  await world.add()
  await world.addPapers(FIRST, 1)
  await world.run(`${FIRST}T08:00:00Z`)
  const { personalData } = world.deps().features.find(({ name }) => name === 'channels')!
  const kept = new Date('2026-11-25T00:00:00Z')
  expect(await personalData!.prune!(world.deps(), { kept, dryRun: true })).toEqual({ channelPosts: 1 })
  expect(
    await personalData!.prune!(world.deps(), { kept: new Date(`${FIRST}T00:00:00Z`), dryRun: false }),
  ).toEqual({ channelPosts: 0 })
  expect(await personalData!.prune!(world.deps(), { kept, dryRun: false })).toEqual({ channelPosts: 1 })
})
