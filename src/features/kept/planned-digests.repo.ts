import type { Database } from '../../core/database/database.ts'
import type { DigestContent } from '../../digests/digest-content.ts'
import { ELSEWHERE } from '../../digests/read-elsewhere.ts'
import { openStoredContents } from '../../digests/stored-content.repo.ts'

/** Whether a subscriber had digests, still in their list, whose emails were skipped because they are in the feed. */
export const hadOnlyFeed = async (db: Database, subscriberId: string): Promise<boolean> =>
  (await db.message.findFirst({
    where: { subscriberId, kind: 'digest', state: 'skipped', reason: ELSEWHERE },
    select: { id: true },
  })) !== null

/** The newest digests of a subscriber with papers; without the content of those that were deleted. */
export async function plannedDigests(
  db: Database,
  { subscriberId, most }: { subscriberId: string; most: number },
): Promise<{ dueAt: Date; content: DigestContent }[]> {
  const digests = await db.digest.findMany({
    where: { subscriberId, outcome: 'planned' },
    select: { dueAt: true, content: true },
    orderBy: { localDate: 'desc' },
    take: most,
  })
  const contents = await openStoredContents(
    db,
    digests.map(({ content }) => content),
  )
  return digests.flatMap(({ dueAt }, i) => {
    const content = contents[i]
    return content ? [{ dueAt, content }] : []
  })
}
