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
export const MAX_FEEDBACK = 100

/** Newest first, one for each paper. */
export async function listFeedback(db: DatabaseOrTransaction, subscriberId: string): Promise<Feedback[]> {
  const rows = await db.$queryRaw<(Omit<Feedback, 'words'> & { words: Record<string, number> })[]>`
    select coalesce(k.paper_id, f.paper_id) as "paperId", f.kind::text, f.at, f.words
    from feedback f left join paper_key k on k.scheme = 'id' and k.value = f.paper_id::text
    where f.subscriber_id = ${subscriberId} order by f.at desc, f.paper_id desc`
  const newest = new Map(rows.toReversed().map((row) => [row.paperId, row]))
  return rows
    .filter((row) => newest.get(row.paperId) === row)
    .slice(0, MAX_FEEDBACK)
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
  await db.feedback.create({ data })
  await db.$executeRaw`
    delete from feedback where (subscriber_id, paper_id) in (
      select subscriber_id, paper_id from feedback where subscriber_id = ${subscriberId}
      order by at desc, paper_id desc offset ${MAX_FEEDBACK}::int)`
}

/** Also deletes feedback that was given under an earlier number of the paper. */
export async function deleteFeedback(
  db: DatabaseOrTransaction,
  { subscriberId, paperId }: OnPaper,
): Promise<void> {
  await db.$executeRaw`
    delete from feedback where subscriber_id = ${subscriberId} and (paper_id = ${paperId}::int or paper_id in (
      select value::int from paper_key where scheme = 'id' and paper_id = ${paperId}::int))`
}

export async function deleteAllFeedback(db: DatabaseOrTransaction, subscriberId: string): Promise<void> {
  await db.feedback.deleteMany({ where: { subscriberId } })
}
