import { MINUTE_MS } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { endIncident, recordIncident } from '../../core/incident.repo.ts'
import type { LogEvent, LogFields } from '../../core/log.ts'
import { randomId } from '../../core/secrets.ts'
import { endLease, takePermits } from '../../limits/permits.repo.ts'
import { continueChannel, countRefusal, stopChannel } from './channel.repo.ts'
import type { LabChannel, Outcome, PostState } from './channel.ts'
import { sendToChannel } from './channel-client.ts'
import { incidentOf } from './channel-conditions.ts'
import { type ChannelPost, endPost, openPosts, recordAttempt, recordPosted, takePost } from './post.repo.ts'
import { openTarget } from './target.ts'

/** Longer than a request may take: a process that has not recorded its attempt by then is dead. */
const LEASE_SECONDS = 60
/** After each attempt that was not taken; then as after the last. */
const RETRY_MINUTES = [1, 5, 30, 120, 300]
/** A service that is slow may still have posted it. */
const UNANSWERED_MINUTES = 15
/** A second missing reply is final: each may be a post that people see. */
const MAX_UNANSWERED = 2
/** Posts in a row that are refused stop a channel. */
const MAX_REFUSALS = 3

/**
 * Sends the open posts of a channel that are due, under its lease by the clock of the database: one process sends, and
 * after a kill -9 another one takes over. Call it each minute.
 */
export async function sendOpenPosts(deps: Deps, channel: LabChannel): Promise<void> {
  const { db, clock } = deps
  const isDue = ({ state, nextTry, deadline }: ChannelPost) =>
    state === 'taken' || nextTry <= clock.now() || deadline <= clock.now()
  if (!(await openPosts(db, channel.id)).some(isDue)) return
  const holder = randomId(96)
  const key = `channel ${channel.id}`
  const lease = { holder, seconds: LEASE_SECONDS }
  const { allowed } = await takePermits(db, [{ key, capacity: 1, perSecond: 1, lease }])
  if (!allowed) return
  try {
    // Another process may have sent one meanwhile.
    for (const post of (await openPosts(db, channel.id)).filter(isDue))
      await sendPost(deps, channel, { post, holder })
  } finally {
    await endLease(db, key, { holder, restSeconds: 0 })
  }
}

const SEALED = 'its address cannot be decrypted with APP_SECRET'

async function sendPost(
  deps: Deps,
  channel: LabChannel,
  { post, holder }: { post: ChannelPost; holder: string },
): Promise<void> {
  const { db, clock, config } = deps
  const now = clock.now()
  const isLost = post.state === 'taken'
  if (isLost) logPost(deps, 'channel.lost', channel, post)
  const opened = openTarget(config, channel)
  if (post.deadline <= now || (isLost && config.WHEN_UNCERTAIN === 'hold')) {
    const mayBePosted = isLost || post.lost > 0 || post.unanswered > 0
    const reason = lastReason(post, { isLost, isSealed: opened === null })
    return endOpen(deps, channel, post, mayBePosted ? 'uncertain' : 'gave_up', reason)
  }
  if (!opened) return openIncident(deps, channel, { what: 'sealed', reason: SEALED })
  const taken = await takePost(db, post, { holder, now })
  if (!taken?.content) return
  const { target } = opened
  const messageId = `msg_${channel.id}_${post.localDate}`
  const outcome = await sendToChannel(channel, { target, content: taken.content }, { messageId, now })
  await recordOutcome(deps, channel, taken, outcome)
}

function lastReason(post: ChannelPost, { isLost, isSealed }: { isLost: boolean; isSealed: boolean }): string {
  if (isLost) return 'a process ended while it sent the post'
  return isSealed ? SEALED : post.reason || 'it was not sent in time'
}

async function endOpen(
  deps: Deps,
  channel: LabChannel,
  post: ChannelPost,
  state: 'uncertain' | 'gave_up',
  reason: string,
): Promise<void> {
  const now = deps.clock.now()
  if (!(await endPost(deps.db, post, { state, reason, now }))) return
  logPost(deps, state === 'gave_up' ? 'channel.gave-up' : 'channel.uncertain', channel, post, { reason })
  await openIncident(deps, channel, { what: state, reason })
}

async function recordOutcome(
  deps: Deps,
  channel: LabChannel,
  post: ChannelPost,
  outcome: Outcome,
): Promise<void> {
  switch (outcome.kind) {
    case 'posted':
      return recordTaken(deps, channel, post)
    case 'refused':
      return recordRefused(deps, channel, post, outcome)
    case 'deferred': {
      const minutes = RETRY_MINUTES[Math.min(post.attempts, RETRY_MINUTES.length) - 1]!
      return defer(deps, channel, post, {
        reason: outcome.reason,
        waitMs: Math.max(minutes * MINUTE_MS, (outcome.seconds ?? 0) * 1000),
      })
    }
    case 'unanswered':
      return recordUnanswered(deps, channel, post, outcome.reason)
  }
}

async function recordTaken(deps: Deps, channel: LabChannel, post: ChannelPost): Promise<void> {
  const { db, clock } = deps
  await recordPosted(db, post, { reason: '', now: clock.now() })
  await continueChannel(db, channel.id)
  await endIncident(db, incidentOf(channel.name))
  logPost(deps, 'channel.posted', channel, post, { papers: post.content!.papers.length })
}

async function recordRefused(
  deps: Deps,
  channel: LabChannel,
  post: ChannelPost,
  { reason, isGone = false }: { reason: string; isGone?: boolean },
): Promise<void> {
  const { db, clock } = deps
  const changedAt = clock.now()
  if (!(await recordAttempt(db, post, { state: 'refused', reason, changedAt }))) return
  const refusals = await countRefusal(db, channel.id)
  const isStopped = isGone || refusals >= MAX_REFUSALS
  if (isStopped) await stopChannel(db, channel.id, changedAt)
  logPost(deps, isStopped ? 'channel.stopped' : 'channel.refused', channel, post, { reason, refusals })
  await openIncident(deps, channel, { what: isStopped ? 'stopped' : 'refused', reason })
}

/** JSON has an id by which the receiver can tell a repeated post; people in a chat cannot. */
async function recordUnanswered(
  deps: Deps,
  channel: LabChannel,
  post: ChannelPost,
  reason: string,
): Promise<void> {
  const { db, clock, config } = deps
  const unanswered = post.unanswered + 1
  const isLast = config.WHEN_UNCERTAIN === 'hold' || unanswered >= MAX_UNANSWERED
  if (channel.kind === 'json' || !isLast)
    return defer(deps, channel, post, { reason, unanswered, waitMs: UNANSWERED_MINUTES * MINUTE_MS })
  const end = { state: 'uncertain', reason, unanswered, changedAt: clock.now() } as const
  if (!(await recordAttempt(db, post, end))) return
  logPost(deps, 'channel.uncertain', channel, post, { reason })
  await openIncident(deps, channel, { what: 'uncertain', reason })
}

async function defer(
  deps: Deps,
  channel: LabChannel,
  post: ChannelPost,
  { reason, waitMs, unanswered = post.unanswered }: { reason: string; waitMs: number; unanswered?: number },
): Promise<void> {
  const { db, clock } = deps
  const changedAt = clock.now()
  const nextTry = new Date(changedAt.getTime() + waitMs)
  if (!(await recordAttempt(db, post, { state: 'deferred', reason, nextTry, unanswered, changedAt }))) return
  logPost(deps, 'channel.deferred', channel, post, { reason, seconds: waitMs / 1000 })
  await openIncident(deps, channel, { what: 'deferred', reason })
}

type IncidentKind =
  | Extract<PostState, 'deferred' | 'refused' | 'gave_up' | 'uncertain'>
  | 'stopped'
  | 'sealed'

const openIncident = (
  { db, clock }: Deps,
  { name }: LabChannel,
  { what, reason }: { what: IncidentKind; reason: string },
): Promise<void> => recordIncident(db, { name: incidentOf(name), what, detail: reason, since: clock.now() })

function logPost(
  { log }: Deps,
  event: Extract<LogEvent, `channel.${string}`>,
  { name, kind }: LabChannel,
  { localDate: date, attempts }: ChannelPost,
  fields: LogFields = {},
): void {
  const write = event === 'channel.posted' ? log.info : log.warn
  write(event, { channel: name, kind, date, attempts, ...fields })
}
