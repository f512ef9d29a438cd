import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { toStoredWords } from './profile.repo.ts'

/** More like this, or less. */
export type FeedbackKind = 'more' | 'less'

export interface Feedback {
  /** The paper's current number. */
  paperId: number
  kind: FeedbackKind
  at: Date
  /** { key of a word: weight }: the words of the paper at that time. */
  words: ReadonlyMap<string, number>
}

/** How many of a subscriber's newest feedback rows are kept; older ones say little about current interests. */
export const MAX_OPINIONS = 100

/** Newest first, one for each paper. */
export async function listFeedback(db: DatabaseOrTransaction, subscriberId: string): Promise<Feedback[]> {
  const rows = await db.$queryRaw<(Omit<Feedback, 'words'> & { words: Record<string, number> })[]>`
    select coalesce(k.paper_id, o.paper_id) as "paperId", o.kind::text, o.at, o.words
    from opinion o left join paper_key k on k.scheme = 'id' and k.value = o.paper_id::text
    where o.subscriber_id = ${subscriberId} order by o.at desc, o.paper_id desc`
  const newest = new Map(rows.toReversed().map((row) => [row.paperId, row]))
  return rows
    .filter((row) => newest.get(row.paperId) === row)
    .slice(0, MAX_OPINIONS)
    .map((row) => ({ ...row, words: new Map(Object.entries(row.words)) }))
}

interface OnPaper {
  subscriberId: string
  paperId: number
}

/** Replaces the earlier feedback on this paper. Lock the subscriber's row first. */
export async function saveFeedback(
  db: DatabaseOrTransaction,
  { subscriberId, paperId, kind, words, now }: OnPaper & Pick<Feedback, 'kind' | 'words'> & { now: Date },
): Promise<void> {
  await deleteFeedback(db, { subscriberId, paperId })
  const data = { subscriberId, paperId, kind, at: now, words: toStoredWords(words) }
  await db.opinion.create({ data })
  await db.$executeRaw`
    delete from opinion where (subscriber_id, paper_id) in (
      select subscriber_id, paper_id from opinion where subscriber_id = ${subscriberId}
      order by at desc, paper_id desc offset ${MAX_OPINIONS}::int)`
}

/** Also deletes feedback that was given under an earlier number of the paper. */
export async function deleteFeedback(
  db: DatabaseOrTransaction,
  { subscriberId, paperId }: OnPaper,
): Promise<void> {
  await db.$executeRaw`
    delete from opinion where subscriber_id = ${subscriberId} and (paper_id = ${paperId}::int or paper_id in (
      select value::int from paper_key where scheme = 'id' and paper_id = ${paperId}::int))`
}

export async function deleteAllFeedback(db: DatabaseOrTransaction, subscriberId: string): Promise<void> {
  await db.opinion.deleteMany({ where: { subscriberId } })
}
