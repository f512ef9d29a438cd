import type { Database } from '../../core/database/database.ts'

interface OfferKey {
  /** See topicKey. */
  topic: string
  model: string
}

/** What a model wrote for a topic; undefined if it was not asked. */
export const storedOffer = (db: Database, key: OfferKey): Promise<{ query: string | null } | undefined> =>
  db.readerOffer
    .findUnique({ where: { topic_model: key }, select: { query: true } })
    .then((row) => row ?? undefined)

/** Another process may have stored one meanwhile, which stays. */
export async function storeOffer(
  db: Database,
  offer: OfferKey & { query: string | null; at: Date },
): Promise<void> {
  await db.readerOffer.createMany({ data: offer, skipDuplicates: true })
}

/** Deletes what was written before `kept`. */
export async function pruneOffers(db: Database, kept: Date): Promise<void> {
  await db.readerOffer.deleteMany({ where: { at: { lt: kept } } })
}
