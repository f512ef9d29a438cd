import type { Database } from '../../core/database/database.ts'
import { type Day, dayOf, midnight } from '../../core/dates.ts'
import { Prisma, type ChannelPost as Row } from '../../generated/prisma/client.ts'
import { currentIds } from '../../papers/merged-ids.repo.ts'
import { OPEN_STATES, type PostContent, type PostState } from './channel.ts'

/** The post of a channel on a local date. */
export interface ChannelPost extends Omit<Row, 'localDate' | 'content' | 'state'> {
  localDate: Day
  state: PostState
  content: PostContent | null
}

const toPost = ({ localDate, content, state, ...row }: Row): ChannelPost => ({
  ...row,
  localDate: dayOf(localDate),
  state: state as PostState,
  content: content as PostContent | null,
})

const keyOf = ({ channelId, localDate }: Pick<ChannelPost, 'channelId' | 'localDate'>) => ({
  channelId,
  localDate: midnight(localDate),
})

/** The newest date of a channel that is recorded; null if none is. */
export async function newestPostDate(db: Database, channelId: string): Promise<Day | null> {
  const { _max } = await db.channelPost.aggregate({ where: { channelId }, _max: { localDate: true } })
  return _max.localDate && dayOf(_max.localDate)
}

/** The newest posts of a channel, newest first. */
export const newestPosts = async (
  db: Database,
  channelId: string,
  { limit }: { limit: number },
): Promise<ChannelPost[]> =>
  (await db.channelPost.findMany({ where: { channelId }, orderBy: { localDate: 'desc' }, take: limit })).map(
    toPost,
  )

type NewPost = Pick<
  ChannelPost,
  'channelId' | 'localDate' | 'state' | 'reason' | 'content' | 'matched' | 'dueAt' | 'deadline'
> & { now: Date }

/** Records posts. One that another process recorded meanwhile stays as it is. */
export async function insertPosts(db: Database, posts: readonly NewPost[]): Promise<void> {
  await db.channelPost.createMany({
    data: posts.map(({ localDate, content, now, ...post }) => ({
      ...post,
      localDate: midnight(localDate),
      content: content === null ? Prisma.DbNull : (content as unknown as Prisma.InputJsonObject),
      nextTry: now,
      changedAt: now,
    })),
    skipDuplicates: true,
  })
}

/**
 * The papers that posts since a date had, or may have had; also under the ids that they have today. Those of a post that
 * was surely not posted are free again.
 */
export async function papersPostedBefore(
  db: Database,
  { channelId, since }: { channelId: string; since: Day },
): Promise<Set<number>> {
  const posts = await db.channelPost.findMany({
    where: {
      channelId,
      localDate: { gte: midnight(since) },
      state: { notIn: ['refused', 'gave_up', 'missed'] },
    },
    select: { matched: true },
  })
  const ids = posts.flatMap(({ matched }) => matched)
  return new Set([...ids, ...(await currentIds(db, ids)).values()])
}

/** The posts of a channel that are not final, the oldest first. */
export const openPosts = async (db: Database, channelId: string): Promise<ChannelPost[]> =>
  (
    await db.channelPost.findMany({
      where: { channelId, state: { in: [...OPEN_STATES] } },
      orderBy: { localDate: 'asc' },
    })
  ).map(toPost)

/**
 * Takes an open post under the lease `holder`, and counts an attempt before anything is sent. Call it only with the
 * channel's lease: a post that is taken then belongs to a process that died. Null if it is final by now.
 */
export async function takePost(
  db: Database,
  post: ChannelPost,
  { holder, now }: { holder: string; now: Date },
): Promise<ChannelPost | null> {
  const rows = await db.channelPost.updateManyAndReturn({
    where: { ...keyOf(post), state: post.state, attempts: post.attempts },
    data: {
      state: 'taken',
      holder,
      attempts: { increment: 1 },
      lost: { increment: post.state === 'taken' ? 1 : 0 },
      changedAt: now,
    },
  })
  return rows[0] ? toPost(rows[0]) : null
}

/** That a service took the post overrides whatever another process recorded. */
export async function recordPosted(
  db: Database,
  post: ChannelPost,
  { reason, now }: { reason: string; now: Date },
): Promise<void> {
  await db.channelPost.updateMany({ where: keyOf(post), data: { state: 'posted', reason, changedAt: now } })
}

/** What became of an attempt that was not taken, unless another process has the post by now. False if one has. */
export async function recordAttempt(
  db: Database,
  { holder, ...post }: ChannelPost,
  data: { state: PostState; reason: string; nextTry?: Date; unanswered?: number; changedAt: Date },
): Promise<boolean> {
  const { count } = await db.channelPost.updateMany({
    where: { ...keyOf(post), state: 'taken', holder },
    data,
  })
  return count > 0
}

/** Ends an open post that no process sends: call it with the channel's lease. */
export async function endPost(
  db: Database,
  post: ChannelPost,
  { state, reason, now }: { state: PostState; reason: string; now: Date },
): Promise<boolean> {
  const { count } = await db.channelPost.updateMany({
    where: { ...keyOf(post), state: post.state, attempts: post.attempts },
    data: { state, reason, changedAt: now },
  })
  return count > 0
}

/** Deletes, or counts in a dry run, posts of dates before `kept`. */
export async function prunePosts(
  db: Database,
  { kept, dryRun }: { kept: Date; dryRun: boolean },
): Promise<{ channelPosts: number }> {
  const where = { localDate: { lt: kept } }
  if (dryRun) return { channelPosts: await db.channelPost.count({ where }) }
  return { channelPosts: (await db.channelPost.deleteMany({ where })).count }
}
