import type { Database } from '../core/database/database.ts'
import type { Profile as ProfileRow } from '../generated/prisma/client.ts'

/** { key of a word: weight }, strongest first; negative for words of "less like this". */
type ProfileWords = ReadonlyMap<string, number>

interface Profile {
  words: ProfileWords
  /** Keys of words that the subscriber removed. */
  removed: ReadonlySet<string>
}

export async function profileOfSubscriber(db: Database, subscriberId: string): Promise<Profile | null> {
  const row = await db.profile.findUnique({ where: { subscriberId } })
  return row && { words: wordsOf(row), removed: new Set(row.removed) }
}

/** The words of those of these subscribers who have a profile. They order papers, and so choose them under a cap. */
export async function profileWordsBySubscriber(
  db: Database,
  subscriberIds: readonly string[],
): Promise<Map<string, ProfileWords>> {
  const rows = await db.profile.findMany({ where: { subscriberId: { in: [...subscriberIds] } } })
  const profiles = rows.map((row) => [row.subscriberId, wordsOf(row)] as const)
  return new Map(profiles.filter(([, words]) => words.size > 0))
}

/** Replaces the earlier profile. Lock the subscriber's row first. */
export async function saveProfile(
  db: Database,
  { subscriberId, words, removed }: Profile & { subscriberId: string },
): Promise<void> {
  const data = { words: toStoredWords(words), removed: [...removed] }
  await db.profile.upsert({ where: { subscriberId }, create: { subscriberId, ...data }, update: data })
}

const DIGITS = 5

/** Words and their weights as JSON, rounded. */
const toStoredWords = (words: ProfileWords): Record<string, number> =>
  Object.fromEntries([...words].map(([key, weight]) => [key, Number(weight.toFixed(DIGITS))]))

export async function deleteProfile(db: Database, subscriberId: string): Promise<void> {
  await db.profile.deleteMany({ where: { subscriberId } })
}

function wordsOf({ words }: Pick<ProfileRow, 'words'>): ProfileWords {
  const entries = Object.entries(words as Record<string, number>)
  return new Map(entries.sort(([a, x], [b, y]) => Math.abs(y) - Math.abs(x) || (a < b ? -1 : 1)))
}

export type FeedbackKind = 'more' | 'less'

interface Feedback {
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
export async function listFeedback(db: Database, subscriberId: string): Promise<Feedback[]> {
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
  db: Database,
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
export async function deleteFeedback(db: Database, { subscriberId, paperId }: OnPaper): Promise<void> {
  await db.$executeRaw`
    delete from feedback where subscriber_id = ${subscriberId} and (paper_id = ${paperId}::int or paper_id in (
      select value::int from paper_key where scheme = 'id' and paper_id = ${paperId}::int))`
}

export async function deleteAllFeedback(db: Database, subscriberId: string): Promise<void> {
  await db.feedback.deleteMany({ where: { subscriberId } })
}
