import type { Database } from '../../../../src/core/database/database.ts'
import { earlierDigests as earlierRightly } from '../../../../src/digests/earlier-digest.repo.ts'
import { openStoredContents } from '../../../../src/digests/stored-content.repo.ts'

export * from '../../../../src/digests/earlier-digest.repo.ts'

/** Related papers do not count as offered. */
export const earlierDigests: typeof earlierRightly = async (db, input) => {
  const all = await earlierRightly(db, input)
  const close = await papersShownAsClose(db, input.subscriberIds)
  return new Map(
    [...all].map(([subscriberId, digests]) => [
      subscriberId,
      digests.map((one) => ({
        ...one,
        papers: one.papers.filter((id) => !close.has(`${subscriberId} ${id}`)),
      })),
    ]),
  )
}

async function papersShownAsClose(db: Database, subscriberIds: string[]): Promise<Set<string>> {
  const rows = await db.digest.findMany({
    where: { subscriberId: { in: subscriberIds }, outcome: 'planned' },
    select: { subscriberId: true, content: true },
  })
  const contents = await openStoredContents(
    db,
    rows.map(({ content }) => content),
  )
  const idsOf = (row: number) =>
    (contents[row]?.sections ?? []).filter(({ close }) => close).flatMap(({ papers }) => papers)
  return new Set(rows.flatMap(({ subscriberId }, row) => idsOf(row).map(({ id }) => `${subscriberId} ${id}`)))
}
