import { nextDue } from '../../digests/due.ts'
import { formatMinute, table } from '../../operator/operations/text-table.ts'
import type { ShownChannel } from './change-channels.ts'
import type { LabChannel, Outcome, PostState, Target } from './channel.ts'
import type { ChannelPost } from './post.repo.ts'
import { shownTarget } from './target.ts'

/** When the next post is due; undefined if the channel is stopped. */
const nextPostOf = (channel: LabChannel, now: Date): Date | undefined =>
  channel.stoppedAt ? undefined : nextDue({ ...channel, startDate: null }, now)?.dueAt

export function nextPostText(channel: LabChannel, now: Date): string {
  const next = nextPostOf(channel, now)
  return next ? `The next post is due ${formatMinute(next)} (UTC).` : 'It is stopped.'
}

/** A channel without what may not be shown. */
export const jsonOfChannel = (
  channel: LabChannel,
  { target, now }: { target: Target | null; now: Date },
) => ({
  name: channel.name,
  kind: channel.kind,
  address: target && shownTarget(target),
  chat: target?.chat ?? null,
  topic: channel.topic,
  hour: channel.hour,
  zone: channel.zone,
  days: channel.days,
  max: channel.maxPapers,
  addedAt: channel.addedAt,
  stoppedAt: channel.stoppedAt,
  nextPost: nextPostOf(channel, now) ?? null,
})

export const jsonOfListing = ({ channel, target, posts }: ShownChannel, now: Date) => ({
  ...jsonOfChannel(channel, { target, now }),
  posts: posts.map(jsonOfPost),
})

const jsonOfPost = ({ localDate, state, reason, content, attempts, changedAt }: ChannelPost) => ({
  date: localDate,
  state: stateName(state),
  reason: reason || null,
  papers: content?.papers.length ?? 0,
  attempts,
  changedAt,
})

/** As commands write it: nothing-matched. */
const stateName = (state: PostState): string => state.replace('_', '-')

export function textOfChannels(shown: readonly ShownChannel[], now: Date): string {
  if (shown.length === 0) return 'No channels.'
  const rows = shown.map(({ channel, target, posts: [last] }) => {
    const { name, kind, topic, hour, zone, days, maxPapers, stoppedAt } = channel
    const when = `${hour}:00 ${zone}, ${days.length === 7 ? 'daily' : days.join(' ')}`
    const state = stoppedAt
      ? `stopped ${formatMinute(stoppedAt)}`
      : last
        ? lastText(last)
        : 'nothing posted yet'
    const next = nextPostOf(channel, now)
    const address = target ? shownTarget(target) : 'cannot be decrypted'
    return [name, kind, address, topic, when, maxPapers, state, next ? formatMinute(next) : '–']
  })
  return table(['name', 'kind', 'address', 'topic', 'hour', 'max', 'last post', 'next post (UTC)'], rows)
}

const lastText = ({ localDate, state, reason }: ChannelPost): string =>
  `${localDate} ${state.replace('_', ' ')}${reason ? `: ${reason}` : ''}`

export function textOfTest({
  channel: { name },
  target,
  outcome,
  body,
}: {
  channel: LabChannel
  target: Target
  outcome: Outcome | null
  body: string
}): string {
  const place = shownTarget(target)
  if (!outcome) return `Dry run, nothing was posted. To ${place} would go:\n${body}`
  if (outcome.kind === 'posted') return `Posted to ${name} at ${place}.`
  return `Not posted to ${name} at ${place}: ${outcome.reason}`
}
