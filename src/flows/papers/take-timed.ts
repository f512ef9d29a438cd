import { bucketsOf, chargePermits, type RateLimit, requirePermit } from '../../platform/rate-limit.ts'
import type { Deps } from '../../wiring.ts'

// Enough for one person who types all the time, and for readers of feeds.
const LIMIT = { capacity: 60, perSecond: 1 }

/** What takes longer counts as several. */
const MS_OF_ONE = 50

/** Is told how many milliseconds of this process something took. */
export type Spend = (ms: number) => void

export interface Taking {
  /** What is counted: search, preview. */
  name: string
  /** The same in words: "searches of one network". */
  label: string
  ip: string
}

/** Counts something for the networks of an address, does it, and counts more where it took long. Throws rate.too-many. */
export async function takeTimed<T>(
  { db }: Deps,
  { name, label, ip }: Taking,
  work: (spend: Spend) => Promise<T>,
): Promise<T> {
  const limit: RateLimit = { name, label, ...LIMIT }
  await requirePermit(db, limit, { ip })
  let spent = 0
  try {
    return await work((ms) => {
      spent += ms
    })
  } finally {
    const count = Math.floor(spent / MS_OF_ONE)
    if (count > 0) await chargePermits(db, bucketsOf(limit, ip), count)
  }
}
