import type { Day } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import type { TopicQuery } from '../../digests/digest.repo.ts'
import type { TopicGrades } from '../../digests/topic-grades.ts'
import { storedGrades, topicKey } from './grade.repo.ts'
import { optedOut } from './opt-out.repo.ts'
import { readerSettings } from './settings.ts'

/** What the reader said about papers for some topics, without those that opted out. */
export async function readStoredGrades(
  { db, config }: Deps,
  { topics, since }: { topics: readonly TopicQuery[]; since: Day },
): Promise<Map<number, TopicGrades>> {
  const settings = readerSettings(config)
  if (!settings) return new Map()
  const { model } = settings
  const out = await optedOut(
    db,
    topics.map(({ id }) => id),
  )
  const keys = new Map<number, string>()
  for (const { id, query } of topics) if (query !== undefined && !out.has(id)) keys.set(id, topicKey(query))
  const stored = await storedGrades(db, { topics: [...new Set(keys.values())], model, since })
  const byKey = Map.groupBy(stored, ({ topic }) => topic)
  // Many topics have the same text, and share its grades.
  const gradesOf = new Map(
    Array.from(byKey, ([key, rows]) => [
      key,
      new Map(
        rows.flatMap(({ paperId, grade, reason }) =>
          grade === null ? [] : [[paperId, { grade, reason, by: model }]],
        ),
      ),
    ]),
  )
  const grades = new Map<number, TopicGrades>()
  for (const [id, key] of keys) {
    const ofTopic = gradesOf.get(key)
    if (ofTopic) grades.set(id, ofTopic)
  }
  return grades
}
