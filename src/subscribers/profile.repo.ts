import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Profile as ProfileRow } from '../generated/prisma/client.ts'

/** { key of a word: weight }, strongest first; negative for words of "less like this". */
export type ProfileWords = ReadonlyMap<string, number>

export interface Profile {
  words: ProfileWords
  /** Keys of words that the subscriber removed. */
  removed: ReadonlySet<string>
}

/** Null if the subscriber has no profile. */
export async function profileOfSubscriber(
  db: DatabaseOrTransaction,
  subscriberId: string,
): Promise<Profile | null> {
  const row = await db.profile.findUnique({ where: { subscriberId } })
  return row && { words: wordsOf(row), removed: new Set(row.removed) }
}

/** The words of those of these subscribers who have a profile. They only order papers. */
export async function profileWordsBySubscriber(
  db: DatabaseOrTransaction,
  subscriberIds: readonly string[],
): Promise<Map<string, ProfileWords>> {
  const rows = await db.profile.findMany({ where: { subscriberId: { in: [...subscriberIds] } } })
  const profiles = rows.map((row) => [row.subscriberId, wordsOf(row)] as const)
  return new Map(profiles.filter(([, words]) => words.size > 0))
}

/** Replaces the earlier profile. Lock the subscriber's row first. */
export async function saveProfile(
  db: DatabaseOrTransaction,
  { subscriberId, words, removed }: Profile & { subscriberId: string },
): Promise<void> {
  const data = { words: toStoredWords(words), removed: [...removed] }
  await db.profile.upsert({ where: { subscriberId }, create: { subscriberId, ...data }, update: data })
}

const DIGITS = 5

/** Words and their weights as JSON, rounded. */
export const toStoredWords = (words: ProfileWords): Record<string, number> =>
  Object.fromEntries([...words].map(([key, weight]) => [key, Number(weight.toFixed(DIGITS))]))

export async function deleteProfile(db: DatabaseOrTransaction, subscriberId: string): Promise<void> {
  await db.profile.deleteMany({ where: { subscriberId } })
}

function wordsOf({ words }: Pick<ProfileRow, 'words'>): ProfileWords {
  const entries = Object.entries(words as Record<string, number>)
  return new Map(entries.sort(([a, x], [b, y]) => Math.abs(y) - Math.abs(x) || (a < b ? -1 : 1)))
}
