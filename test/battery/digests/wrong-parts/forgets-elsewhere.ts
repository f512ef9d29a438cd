import { earlierDigests as earlierRightly } from '../../../../src/digests/earlier-digest.repo.ts'

export * from '../../../../src/digests/earlier-digest.repo.ts'

/** Papers that were read elsewhere do not count as offered. */
export const earlierDigests: typeof earlierRightly = async (db, input) => {
  const all = await earlierRightly(db, input)
  const elsewhere = await db.digest.findMany({
    where: { subscriberId: { in: input.subscriberIds }, message: { reason: 'elsewhere' } },
    select: { subscriberId: true, fromPaper: true, toPaper: true },
  })
  const unread = new Set(elsewhere.map((one) => `${one.subscriberId} ${one.fromPaper} ${one.toPaper}`))
  const kept = [...all].map(
    ([id, digests]) =>
      [id, digests.filter(({ fromPaper, toPaper }) => !unread.has(`${id} ${fromPaper} ${toPaper}`))] as const,
  )
  return new Map(kept)
}
