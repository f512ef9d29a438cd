import { addDays, type Day, localDayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { endIncident } from '../../core/incident.repo.ts'
import { randomId } from '../../core/secrets.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { readTypedSettings } from '../../subscribers/read-signup.ts'
import { allChannels, continueChannel, deleteChannel, findChannel, insertChannel } from './channel.repo.ts'
import type { ChannelKind, LabChannel, Outcome, PostContent, Target } from './channel.ts'
import { sendToChannel } from './channel-client.ts'
import { incidentOf } from './channel-conditions.ts'
import { ChannelFault } from './channel-fault.ts'
import { matchingPapers } from './matching-papers.ts'
import { contentOf, postedPaper } from './plan-post.ts'
import { type ChannelPost, newestPosts } from './post.repo.ts'
import { openTarget, readTarget, sealTarget } from './target.ts'

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/

export interface TypedChannel {
  name: string
  kind: ChannelKind
  topic: string
  url?: string
  secret?: string
  chat?: string
  hour?: string
  zone?: string
  days?: string[]
  max?: string
}

export interface ShownChannel {
  channel: LabChannel
  /** Null if it cannot be decrypted. */
  target: Target | null
  posts: ChannelPost[]
}

const LISTED_POSTS = 14

/** All channels by name, each with its newest posts. */
export async function listChannels({ db, config }: Deps): Promise<ShownChannel[]> {
  const channels = await allChannels(db)
  return Promise.all(
    channels.map(async (channel) => ({
      channel,
      target: openTarget(config, channel)?.target ?? null,
      posts: await newestPosts(db, channel.id, { limit: LISTED_POSTS }),
    })),
  )
}

/**
 * Adds a channel, whose first post is the next one that is due. `newKey`: the key that was made to sign JSON, which
 * nothing shows again. Throws channel.*, query.*, setting.*, zone.unknown.
 */
export async function addChannel(
  { db, config, clock }: Deps,
  { name, kind, topic, url, secret, chat, ...settings }: TypedChannel,
): Promise<{ channel: LabChannel; target: Target; newKey: string | null }> {
  if (!NAME.test(name)) throw new ChannelFault('channel.name')
  const query = topic.trim()
  parseQuery(query)
  const { hour, zone, days, maxPapers } = readTypedSettings(config, settings)
  const target = readTarget({ kind, url, secret, chat })
  const id = randomId(96)
  const channel = {
    id,
    name,
    kind,
    topic: query,
    hour,
    zone,
    days,
    maxPapers,
    target: sealTarget(config, id, target),
    addedAt: clock.now(),
  }
  if (!(await insertChannel(db, channel))) throw new ChannelFault('channel.exists', { name })
  const isNew = kind === 'json' && !secret?.trim()
  return {
    channel: { ...channel, refusals: 0, stoppedAt: null },
    target,
    newKey: isNew ? target.secret! : null,
  }
}

/** Deletes a channel with its posts. Throws channel.unknown. */
export async function removeChannel({ db }: Deps, name: string): Promise<LabChannel> {
  const channel = await knownChannel(db, name)
  await deleteChannel(db, channel.id)
  await endIncident(db, incidentOf(name))
  return channel
}

const TEST_DAYS = 7
const TEST_PAPERS = 3

interface ChannelTest {
  channel: LabChannel
  target: Target
  content: PostContent
  /** Null in a dry run. */
  outcome: Outcome | null
}

/**
 * Posts the newest matches, marked as a test; the day's post stays as it is. If the service takes it, a stopped channel
 * starts again. Throws channel.unknown, channel.sealed.
 */
export async function testChannel(
  deps: Deps,
  { name, dryRun }: { name: string; dryRun: boolean },
): Promise<ChannelTest> {
  const { db, config, clock } = deps
  const channel = await knownChannel(db, name)
  const opened = openTarget(config, channel)
  if (!opened) throw new ChannelFault('channel.sealed', { name })
  const { target } = opened
  const now = clock.now()
  const content = await testContent(deps, channel, localDayOf(now, channel.zone))
  if (dryRun) return { channel, target, content, outcome: null }
  const messageId = `msg_test_${randomId(96)}`
  const outcome = await sendToChannel(channel, { target, content }, { messageId, now })
  if (outcome.kind === 'posted') {
    await continueChannel(db, channel.id)
    await endIncident(db, incidentOf(name))
  }
  return { channel, target, content, outcome }
}

async function testContent(deps: Deps, channel: LabChannel, today: Day): Promise<PostContent> {
  const since = addDays(today, -TEST_DAYS)
  const request = { query: channel.topic, since, except: [], limit: Math.min(TEST_PAPERS, channel.maxPapers) }
  const { ids, best } = await matchingPapers(deps, request)
  const papers = best.map(({ paper, reason }) => postedPaper(deps, paper, reason))
  return { ...contentOf(deps, channel, today), papers, count: ids.length, isTest: true }
}

async function knownChannel(db: Deps['db'], name: string): Promise<LabChannel> {
  const channel = await findChannel(db, name)
  if (!channel) throw new ChannelFault('channel.unknown', { name: name.slice(0, 40) })
  return channel
}
