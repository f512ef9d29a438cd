import { addDays, type Day, localDayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import {
  type DueDate,
  dueBetween,
  isLate,
  MISSED_DAYS,
  newestDue,
  PLAN_WITHIN_MS,
} from '../../digests/due.ts'
import { eligibleSince } from '../../digests/eligible-range.ts'
import type { Paper } from '../../papers/paper.ts'
import { paperPathOf } from '../../papers/paper-key.ts'
import { plainTextsOf } from '../../papers/plain-paper.ts'
import { asHeading, topicName } from '../../queries/language/topic-name.ts'
import { searchPath } from '../../web/site/search-paths.ts'
import type { LabChannel, PostContent, PostedPaper } from './channel.ts'
import { matchingPapers } from './matching-papers.ts'
import { insertPosts, newestPostDate, papersPostedBefore } from './post.repo.ts'

/**
 * Records what a channel posts on its newest date that is due, with content that no attempt changes, and why nothing is
 * posted on a date: nothing matched, it is too late, or the channel is stopped. Changes nothing if all is recorded.
 */
export async function planPost(deps: Deps, channel: LabChannel): Promise<void> {
  const { db, clock } = deps
  const now = clock.now()
  const due = newestDue(channel, now)
  if (!due || due.dueAt <= channel.addedAt) return
  const newest = await newestPostDate(db, channel.id)
  const first = newest ? addDays(newest, 1) : localDayOf(channel.addedAt, channel.zone)
  if (first > due.localDate) return
  const missed = dueBetween(channel, laterOf(first, addDays(due.localDate, -MISSED_DAYS)), due.localDate)
  const isMissed = isLate(due.dueAt, now) || channel.stoppedAt !== null
  const missedToday = isMissed ? [due] : []
  const reason = channel.stoppedAt ? 'the channel is stopped' : 'the service did not run at that time'
  const ofDate = ({ localDate, dueAt }: DueDate) => ({
    channelId: channel.id,
    localDate,
    dueAt,
    deadline: new Date(dueAt.getTime() + PLAN_WITHIN_MS),
    matched: [],
    content: null,
    now,
  })
  await insertPosts(
    db,
    [...missed, ...missedToday]
      .filter(({ dueAt }) => dueAt > channel.addedAt)
      .map((date) => ({ ...ofDate(date), state: 'missed' as const, reason })),
  )
  if (isMissed) return
  const { content, matched } = await composePost(deps, channel, due.localDate)
  const planned = content
    ? ({ state: 'ready', reason: '', content, matched } as const)
    : ({ state: 'nothing_matched', reason: 'no new paper matched' } as const)
  await insertPosts(db, [{ ...ofDate(due), ...planned }])
}

const laterOf = (a: Day, b: Day): Day => (a > b ? a : b)

/** The papers that match and that no earlier post had, first listed within two weeks and not before the channel was added. */
async function composePost(
  deps: Deps,
  channel: LabChannel,
  localDate: Day,
): Promise<{ content: PostContent | null; matched: number[] }> {
  const since = eligibleSince(localDate, channel.addedAt)
  const posted = await papersPostedBefore(deps.db, { channelId: channel.id, since })
  const { topic: query, maxPapers: limit } = channel
  const { ids, best } = await matchingPapers(deps, { query, since, except: [...posted], limit })
  const papers = best.map(({ paper, reason }) => postedPaper(deps, paper, reason))
  if (papers.length === 0) return { content: null, matched: [] }
  return { content: { ...contentOf(deps, channel, localDate), papers, count: ids.length }, matched: ids }
}

const MAX_AUTHORS = 10

export function postedPaper({ config }: Pick<Deps, 'config'>, paper: Paper, reason: string): PostedPaper {
  const { title, authors } = plainTextsOf(paper)
  return {
    title,
    url: `${config.BASE_URL}${paperPathOf(paper)}`,
    authors: authors.slice(0, MAX_AUTHORS),
    moreAuthors: Math.max(0, authors.length - MAX_AUTHORS),
    reason,
  }
}

/** A post without papers. */
export const contentOf = (
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  { topic: query }: Pick<LabChannel, 'topic'>,
  date: Day,
): PostContent => ({
  site: config.SITE_NAME,
  topic: asHeading(topicName({ name: query, query })),
  query,
  date,
  at: clock.now().toISOString(),
  papers: [],
  count: 0,
  url: `${config.BASE_URL}${searchPath({ query })}`,
})
