import { takeMoreTokens, takeTokens } from '../../platform/bucket-store.ts'
import { Fault } from '../../platform/errors.ts'
import type { Deps } from '../../wiring.ts'
import { counted, words } from '../../words/words.ts'

// For one network and over all processes: enough for a few people who type all the time, and for readers of feeds.
const AT_ONCE = 120
const PER_SECOND = 2

/** What takes longer counts as several. */
const MS_OF_ONE = 50

/** Is told how many milliseconds of this process something took. */
export type Spend = (ms: number) => void

export interface Taking {
  /** What is counted: search, preview. */
  name: string
  /** The same in words: "searches of one network". */
  limit: string
  /** "203.0.113.0/24" */
  network: string
}

/** Counts something for a network, does it, and counts more where it took long. Throws rate.too-many. */
export async function takeTimed<T>(
  { db }: Deps,
  { name, limit, network }: Taking,
  work: (spend: Spend) => Promise<T>,
): Promise<T> {
  const bucket = { key: `${name} ${network}`, capacity: AT_ONCE, perSecond: PER_SECOND }
  const { allowed, waitSeconds } = await takeTokens(db, bucket)
  if (!allowed) throw tooMany(limit, waitSeconds)
  let spent = 0
  try {
    return await work((ms) => {
      spent += ms
    })
  } finally {
    const count = Math.floor(spent / MS_OF_ONE)
    if (count > 0) await takeMoreTokens(db, { ...bucket, count })
  }
}

function tooMany(limit: string, waitSeconds: number): Fault {
  const seconds = Math.ceil(waitSeconds)
  const wait = counted(seconds, words.counts.second)
  return new Fault('rate.too-many', { limit, seconds, wait })
}
