import type { BatteryCase, Verdict } from '../battery-case.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { type PostingBench, withPosting } from './posting.ts'
import { isVerified, type Manner, type ReceivedPost, TAKES_MS } from './receiver.ts'

const ADDED = new Date('2026-11-23T09:00:00Z')
const DUE = '2026-11-24T08:00:00Z'
const HOUR = 8
/** How many channels one process posts to at once. */
const AT_ONCE = 4

const wrongPart = (real: string, wrong: string): WrongPart => ({
  real: `src/features/channels/${real}`,
  wrong: `test/battery/features/channels/${wrong}`,
})

const minutesAfter = (minutes: number): string =>
  new Date(new Date(DUE).getTime() + minutes * 60_000).toISOString()

const verdictOf = (isCaught: boolean, verdict: Verdict): Verdict => ({
  ...verdict,
  ok: isCaught,
  result: `${isCaught ? 'caught' : 'NOT CAUGHT'}: ${verdict.result}`,
})

interface StateRow {
  name: string
  state: string
  reason: string
}

const statesIn = ({ rows }: PostingBench): Promise<StateRow[]> =>
  rows(`select c.name, p.state, p.reason from channel_post p join lab_channel c on c.id = p.channel_id
    order by c.name, p.local_date`)

const byChannel = (posts: readonly ReceivedPost[]) => Map.groupBy(posts, ({ channel }) => channel)

const KILLS = 6
const CHANNELS = 12

async function runKilled(part?: WrongPart): Promise<Verdict> {
  const names = Array.from({ length: CHANNELS }, (_, n) => `channel-${n}`)
  const kinds = names.map((name, n) => [name, { kind: n % 2 ? 'json' : 'slack', manner: 'takes' }] as const)
  const random = chanceOfRow().random()
  return withPosting(
    { channels: Object.fromEntries(kinds), addedAt: ADDED, hour: HOUR, part },
    async (bench) => {
      let kills = 0
      while (kills < KILLS && (await openIn(bench)) > 0) {
        // Every other one as soon as a request came, before people see the post: a worker that had recorded it loses it.
        await bench.runAndKill(DUE, kills % 2 === 0 ? 0 : Math.floor(random() * 2 * TAKES_MS))
        kills++
      }
      await bench.run([DUE, minutesAfter(1), minutesAfter(2)])
      const posts = byChannel(bench.receiver.posts)
      const lost = names.filter((name) => !posts.has(name)).length
      const doubled = bench.receiver.posts.length - posts.size
      const differing = [...posts.values()].filter(
        (all) => new Set(all.map(({ body }) => body)).size > 1,
      ).length
      const misrecorded = CHANNELS - (await statesIn(bench)).filter(({ state }) => state === 'posted').length
      return {
        ok: lost === 0 && differing === 0 && misrecorded === 0 && doubled <= kills * AT_ONCE && kills >= 2,
        n: `${CHANNELS} channels, ${kills} kills`,
        result: `lost ${lost}, doubled ${doubled} (≤ ${kills * AT_ONCE}), differing ${differing}, misrecorded ${misrecorded}`,
      }
    },
  )
}

/** How many channels have no final post. */
async function openIn({ rows }: PostingBench): Promise<number> {
  const [row] = await rows<{ open: number }>(`select count(*)::int as open from lab_channel c
    where not exists (select from channel_post p where p.channel_id = c.id and p.state not in ('ready', 'taken', 'deferred'))`)
  return row!.open
}

const REFUSING: Record<string, { manner: Manner; most: number }> = {
  'forbids-1': { manner: 'forbids', most: 3 },
  'forbids-2': { manner: 'forbids', most: 3 },
  'gone-1': { manner: 'gone', most: 1 },
  'gone-2': { manner: 'gone', most: 1 },
}
const REFUSED_DAYS = 6

async function runRefused(part?: WrongPart): Promise<Verdict> {
  const channels = Object.entries(REFUSING).map(
    ([name, { manner }]) => [name, { kind: 'slack', manner }] as const,
  )
  return withPosting(
    { channels: Object.fromEntries(channels), addedAt: ADDED, hour: HOUR, part },
    async (bench) => {
      const hours = Array.from({ length: REFUSED_DAYS * 8 }, (_, n) => minutesAfter(n * 180))
      await bench.run(hours)
      const requests = byChannel(bench.receiver.requests)
      const most = Object.entries(REFUSING).map(
        ([name, { most }]) => (requests.get(name) ?? []).length - most,
      )
      const states = await statesIn(bench)
      const silent = states.filter(
        ({ state, reason }) => reason === '' || !['refused', 'missed'].includes(state),
      ).length
      const [{ stopped }] = (await bench.rows<{ stopped: number }>(
        "select count(*)::int as stopped from switch where name like 'trouble channel %' and value = 'stopped'",
      )) as [{ stopped: number }]
      const isWhole = states.length === channels.length * REFUSED_DAYS
      return {
        ok: most.every((more) => more === 0) && silent === 0 && stopped === channels.length && isWhole,
        n: `${channels.length} channels, ${REFUSED_DAYS} days`,
        result: `${bench.receiver.requests.length} requests (${Object.values(REFUSING).reduce((sum, { most }) => sum + most, 0)}), ${states.length} dates recorded, ${silent} without a reason, ${stopped} conditions`,
      }
    },
  )
}

const SLOW: Parameters<typeof withPosting>[0]['channels'] = {
  'hangs-up': { kind: 'slack', manner: 'hangs-up' },
  silent: { kind: 'slack', manner: 'silent' },
  down: { kind: 'slack', manner: 'down' },
  json: { kind: 'json', manner: (before) => (before < 3 ? 'hangs-up' : 'takes') },
}

async function runSlow(part?: WrongPart): Promise<Verdict> {
  // Each request without a reply takes 20 seconds, so the wrong variant has none.
  const { silent: _silent, ...others } = SLOW
  const channels = part ? others : SLOW
  return withPosting({ channels, addedAt: ADDED, hour: HOUR, part }, async (bench) => {
    await bench.run([0, 1, 6, 15, 30, 36, 45, 60, 156, 456, 756, 1056, 1200].map(minutesAfter))
    const posts = byChannel(bench.receiver.posts)
    const mostInChat = Math.max(...['hangs-up', 'silent'].map((name) => posts.get(name)?.length ?? 0))
    const ids = new Set(posts.get('json')?.map(({ headers }) => headers['webhook-id']))
    const states = new Map(
      (await statesIn(bench)).map(({ name, state, reason }) => [name, { state, reason }]),
    )
    const ends = Object.keys(channels).map((name) => `${name} ${states.get(name)?.state}`)
    const expected = [
      'hangs-up uncertain',
      ...(part ? [] : ['silent uncertain']),
      'down gave_up',
      'json posted',
    ]
    return {
      ok:
        mostInChat <= 2 &&
        ids.size === 1 &&
        ends.join() === expected.join() &&
        states.get('down')?.reason === 'HTTP 503',
      n: `${Object.keys(channels).length} channels, 20 hours`,
      result: `in a chat at most ${mostInChat} times (≤ 2), JSON under ${ids.size} id; ${ends.join(', ')}`,
    }
  })
}

const FORGERIES: Record<string, (post: ReceivedPost) => Partial<ReceivedPost>> = {
  body: ({ body }) => ({ body: body.replace('Dragons', 'Unicorns') }),
  id: ({ headers }) => ({ headers: { ...headers, 'webhook-id': 'msg_other' } }),
  time: ({ headers }) => ({
    headers: { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) },
  }),
  'old time': ({ headers }) => ({ headers: { ...headers, 'webhook-timestamp': '1674087231' } }),
  signature: ({ headers }) => ({ headers: { ...headers, 'webhook-signature': `v1,${'A'.repeat(43)}=` } }),
  'no signature': ({ headers: { 'webhook-signature': _, ...headers } }) => ({ headers }),
}
const SIGNED = 4

async function runForged(part?: WrongPart): Promise<Verdict> {
  const names = Array.from(
    { length: SIGNED },
    (_, n) => [`signed-${n}`, { kind: 'json', manner: 'verifies' }] as const,
  )
  const now = new Date()
  const world = {
    channels: Object.fromEntries(names),
    addedAt: new Date(now.getTime() - 86_400_000),
    hour: now.getUTCHours(),
  }
  return withPosting({ ...world, part }, async (bench) => {
    await bench.run([now.toISOString()])
    const { requests, posts } = bench.receiver
    const forged = requests.flatMap((one) =>
      Object.values(FORGERIES).map((forge) => ({ ...one, ...forge(one) })),
    )
    const taken = forged.filter(isVerified).length
    return {
      ok: posts.length === SIGNED && forged.length === SIGNED * Object.keys(FORGERIES).length && taken === 0,
      n: `${SIGNED} posts, ${forged.length} forged`,
      result: `verified ${posts.length} of ${requests.length}, forged and taken ${taken}`,
    }
  })
}

const caught = async (run: Promise<Verdict>): Promise<Verdict> => {
  const verdict = await run
  return verdictOf(!verdict.ok, verdict)
}

/** A topic once a day in a lab's channel. */
export const channelsCases: BatteryCase[] = [
  {
    name: 'channels-killed',
    fault: 'kill -9 of the worker while it posts to channels, at random times',
    invariant:
      'each channel gets its post; at most one for each request in progress is repeated, with the same content',
    run: () => runKilled(),
  },
  {
    name: 'channels-refused',
    fault: 'channels whose service refuses each post, or is gone',
    invariant:
      'three posts at most, or one; each date has a reason; a condition says that the channel stopped',
    run: () => runRefused(),
  },
  {
    name: 'channels-slow',
    fault: 'channels whose service takes posts and does not reply, or is down for a day',
    invariant: 'a chat gets a post twice at most, JSON keeps its id; each ends with a state and a reason',
    run: () => runSlow(),
  },
  {
    name: 'channels-forged',
    fault:
      'signed posts, and the same with another body, id, time or signature, at a receiver with the library of Standard Webhooks',
    invariant: 'it takes each post of ours and no forged one',
    run: () => runForged(),
  },
  {
    name: 'channels-killed-wrong-records-before-sending',
    fault: 'kill -9 of a worker that records a post before it sends it',
    invariant: 'must be caught: posts are lost',
    run: () => caught(runKilled(wrongPart('post.repo.ts', 'records-before-sending.ts'))),
  },
  {
    name: 'channels-refused-wrong-tries-again',
    fault: 'channels whose service refuses each post, with a client that reads a refusal as a pause',
    invariant: 'must be caught: more requests than the bound',
    run: () => caught(runRefused(wrongPart('channel-client.ts', 'reads-all-as-later.ts'))),
  },
  {
    name: 'channels-slow-wrong-sends-again',
    fault: 'channels whose service does not reply, with a client that reads this as not posted',
    invariant: 'must be caught: a chat gets a post more than twice',
    run: () => caught(runSlow(wrongPart('channel-client.ts', 'reads-all-as-later.ts'))),
  },
  {
    name: 'channels-forged-wrong-signs-only-the-body',
    fault: 'signed posts whose signature covers neither id nor time',
    invariant: 'must be caught: the receiver takes none',
    run: () => caught(runForged(wrongPart('formats/signed-json.ts', 'signs-only-the-body.ts'))),
  },
]
