import type { earlierDigests as earlierRightly } from '../../../../src/digests/earlier-digest.repo.ts'

export * from '../../../../src/digests/earlier-digest.repo.ts'

/** Continues after the last digest, whatever its outcome: papers of a refused digest are never offered again. */
export const earlierDigests: typeof earlierRightly = async (db, { subscriberIds }) => {
  const rows = await db.digest.findMany({
    where: { subscriberId: { in: subscriberIds }, toPaper: { not: null } },
  })
  const digests = rows.map(({ subscriberId, fromPaper, toPaper, papers }) => ({
    subscriberId,
    fromPaper: fromPaper!,
    toPaper: toPaper!,
    papers,
    bestDay: null,
    settled: true,
  }))
  return Map.groupBy(digests, ({ subscriberId }) => subscriberId)
}
