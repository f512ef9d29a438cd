import type { Database } from '../../core/database/database.ts'

interface OfferKey {
  /** See topicKey. */
  topic: string
  model: string
}

/** The query that a model wrote for a topic; null if there is none. */
export const storedOffer = (db: Database, key: OfferKey): Promise<string | null> =>
  db.readerOffer
    .findUnique({ where: { topic_model: key }, select: { query: true } })
    .then((row) => row?.query ?? null)

/** Another process may have stored one meanwhile, which stays. */
export async function storeOffer(db: Database, offer: OfferKey & { query: string; at: Date }): Promise<void> {
  await db.readerOffer.createMany({ data: offer, skipDuplicates: true })
}

/** Deletes what was written before `kept`. */
export async function pruneOffers(db: Database, kept: Date): Promise<void> {
  await db.readerOffer.deleteMany({ where: { at: { lt: kept } } })
}
