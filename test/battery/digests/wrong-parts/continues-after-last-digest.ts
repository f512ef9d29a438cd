import type { earlierDigests as earlierRightly } from '../../../../src/digests/earlier-digest.repo.ts'

export * from '../../../../src/digests/earlier-digest.repo.ts'

/** Goes on after the last digest, whatever became of it: what was refused is offered to nobody any more. */
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
