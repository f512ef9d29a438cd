import type { Database } from '../core/database/database.ts'
import type { LearnedTopic as LearnedTopicRow, Prisma } from '../generated/prisma/client.ts'

export type VoteKind = 'more' | 'less'

/** { phrase: weight }, the strongest first; negative for phrases of "less like this". */
type Phrases = ReadonlyMap<string, number>

export interface StoredVote {
  /** The paper's current number. */
  paperId: number
  kind: VoteKind
  at: Date
  /** The paper came close to the topic without matching it. */
  close: boolean
  /** What the subscriber meant of what the paper is about. */
  phrases: Phrases
}

/** What votes and buttons taught about a topic; see the schema. */
export interface LearnedTopic {
  phrases: Phrases
  usual: number
  removed: readonly string[]
  step: number
  votedStep: number
}

/** How many of a topic's newest votes are kept; older ones say little about current interests. */
export const MAX_VOTES = 100

/** A report: a topic's votes, newest first, one for each paper. */
export async function votesOf(db: Database, topicId: number): Promise<StoredVote[]> {
  const rows = await db.$queryRaw<(Omit<StoredVote, 'phrases'> & { phrases: Record<string, number> })[]>`
    select coalesce(k.paper_id, v.paper_id) as "paperId", v.kind::text, v.at, v.close, v.phrases
    from vote v left join paper_key k on k.scheme = 'id' and k.value = v.paper_id::text
    where v.topic_id = ${topicId} order by v.at desc, v.paper_id desc`
  const newest = new Map(rows.toReversed().map((row) => [row.paperId, row]))
  return rows
    .filter((row) => newest.get(row.paperId) === row)
    .slice(0, MAX_VOTES)
    .map((row) => ({ ...row, phrases: new Map(Object.entries(row.phrases)) }))
}

interface OnPaper {
  topicId: number
  paperId: number
}

/** Replaces the earlier vote on this paper. Lock the subscriber's row first. */
export async function saveVote(db: Database, topicId: number, vote: StoredVote): Promise<void> {
  await deleteVote(db, { topicId, paperId: vote.paperId })
  await saveVotes(db, topicId, [vote])
}

/** A bulk write: adds votes on papers that have none. Lock the subscriber's row first. */
export async function saveVotes(db: Database, topicId: number, votes: readonly StoredVote[]): Promise<void> {
  await addLearnedTopic(db, topicId)
  await db.vote.createMany({
    data: votes.map(({ phrases, ...vote }) => ({ topicId, ...vote, phrases: toStored(phrases) })),
  })
  await db.$executeRaw`
    delete from vote where (topic_id, paper_id) in (
      select topic_id, paper_id from vote where topic_id = ${topicId}
      order by at desc, paper_id desc offset ${MAX_VOTES}::int)`
}

/** A bulk write: which of the papers with a vote come close to the topic; the others match it. */
export const saveCloseness = (db: Database, topicId: number, close: readonly number[]): Promise<number> =>
  db.$executeRaw`
    update vote v set close = coalesce((
      select k.paper_id from paper_key k where k.scheme = 'id' and k.value = v.paper_id::text
    ), v.paper_id) = any(${[...close]}::int[])
    where v.topic_id = ${topicId}`

/** A bulk write: also deletes a vote that was given under an earlier number of the paper. */
export async function deleteVote(db: Database, { topicId, paperId }: OnPaper): Promise<void> {
  await db.$executeRaw`
    delete from vote where topic_id = ${topicId} and (paper_id = ${paperId}::int or paper_id in (
      select value::int from paper_key where scheme = 'id' and paper_id = ${paperId}::int))`
}

/** Deletes the votes of a topic and all that they and the buttons taught. */
export const forgetTopic = (db: Database, topicId: number): Promise<Prisma.BatchPayload> =>
  db.learnedTopic.deleteMany({ where: { topicId } })

const NOTHING: LearnedTopic = { phrases: new Map(), usual: 0, removed: [], step: 0, votedStep: 0 }

export async function learnedTopic(db: Database, topicId: number): Promise<LearnedTopic> {
  const row = await db.learnedTopic.findUnique({ where: { topicId } })
  return row ? toLearned(row) : NOTHING
}

/** Lock the subscriber's row first. */
export async function saveLearnedTopic(
  db: Database,
  topicId: number,
  { phrases, removed, ...learned }: Partial<LearnedTopic>,
): Promise<void> {
  const data = {
    ...learned,
    ...(phrases && { phrases: toStored(phrases) }),
    ...(removed && { removed: [...removed] }),
  }
  await addLearnedTopic(db, topicId)
  await db.learnedTopic.update({ where: { topicId }, data })
}

/** Does nothing if the topic has other phrases by now: the change that saved those also saves what is usual for them. */
export async function saveUsual(
  db: Database,
  topicId: number,
  { phrases, usual }: UsualOfPhrases,
): Promise<void> {
  const where = { topicId, phrases: { equals: toStored(phrases) } }
  await db.learnedTopic.updateMany({ where, data: { usual } })
}

type UsualOfPhrases = Pick<LearnedTopic, 'phrases' | 'usual'>

/** A bulk write: adds nothing for a topic that was deleted. A row that exists stays. */
const addLearnedTopic = (db: Database, topicId: number): Promise<number> => db.$executeRaw`
  insert into learned_topic (topic_id, subscriber_id)
  select id, subscriber_id from topic where id = ${topicId} on conflict do nothing`

/** By topic, for those topics of these subscribers about which anything was learned; also topics that were removed. */
export async function learnedTopics(
  db: Database,
  subscriberIds: readonly string[],
): Promise<Map<number, LearnedTopic>> {
  const unlearned = { phrases: { equals: {} }, removed: { isEmpty: true }, step: 0, votedStep: 0 }
  const rows = await db.learnedTopic.findMany({
    where: { subscriberId: { in: [...subscriberIds] }, NOT: unlearned },
  })
  return new Map(rows.map((row) => [row.topicId, toLearned(row)]))
}

/** A bulk write: forgets the topics that were removed so long ago that no change since then could bring them back. */
export const forgetRemovedTopics = (db: Database, since: Date): Promise<number> => db.$executeRaw`
  delete from learned_topic l
  where not exists (select from topic t where t.id = l.topic_id)
    and not exists (
      select from change c where c.subscriber_id = l.subscriber_id and c.at >= ${since}
        and c.before @> jsonb_build_object('topics', jsonb_build_array(jsonb_build_object('id', l.topic_id))))`

const toLearned = ({ phrases, usual, removed, step, votedStep }: LearnedTopicRow): LearnedTopic => ({
  phrases: new Map(
    Object.entries(phrases as Record<string, number>).sort(
      ([a, x], [b, y]) => Math.abs(y) - Math.abs(x) || (a < b ? -1 : 1),
    ),
  ),
  usual,
  removed,
  step,
  votedStep,
})

const DIGITS = 5

const toStored = (phrases: Phrases): Record<string, number> =>
  Object.fromEntries(Array.from(phrases, ([text, weight]) => [text, Number(weight.toFixed(DIGITS))]))
