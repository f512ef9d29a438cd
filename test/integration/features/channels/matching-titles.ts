import type { Database } from '../../../../src/core/database/database.ts'
import { type Day, midnight } from '../../../../src/core/dates.ts'
import { recordListings } from '../../../../src/papers/listing.repo.ts'

/** Papers that Hugging Face listed on a day; a number: so many about dragons. */
export async function addMatching(db: Database, day: Day, titles: number | string[]): Promise<void> {
  const all =
    typeof titles === 'number' ? Array.from({ length: titles }, (_, n) => `Dragons ${n} of ${day}`) : titles
  const records = all.map((title) => ({
    keys: [],
    title,
    abstract: `We look at it from all sides. This is about ${title}.`,
    authors: ['Ada Author', 'Bo Writer'],
    categories: [],
    keywords: [],
    votes: 3,
  }))
  await recordListings(db, { source: 'huggingface', day, records, now: midnight(day) })
}
