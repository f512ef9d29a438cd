import type { Database } from '../../../../src/core/database/database.ts'
import { earlierDigests as earlierRightly } from '../../../../src/digests/earlier-digest.repo.ts'

export * from '../../../../src/digests/earlier-digest.repo.ts'

/** Counts a digest only if the server accepted it: papers of one without a reply are offered again. */
export const earlierDigests: typeof earlierRightly = async (db, input) => {
  const all = await earlierRightly(db, input)
  const accepted = await acceptedRanges(db, input.subscriberIds)
  const isAccepted = (subscriberId: string, { fromPaper, toPaper }: { fromPaper: number; toPaper: number }) =>
    accepted.has(`${subscriberId} ${fromPaper} ${toPaper}`)
  return new Map(
    [...all].map(([subscriberId, digests]) => [
      subscriberId,
      digests.filter((one) => isAccepted(subscriberId, one)),
    ]),
  )
}

async function acceptedRanges(db: Database, subscriberIds: string[]): Promise<Set<string>> {
  const rows = await db.digest.findMany({
    where: {
      subscriberId: { in: subscriberIds },
      OR: [{ message: null }, { message: { state: 'accepted' } }],
    },
  })
  return new Set(
    rows.map(({ subscriberId, fromPaper, toPaper }) => `${subscriberId} ${fromPaper} ${toPaper}`),
  )
}
