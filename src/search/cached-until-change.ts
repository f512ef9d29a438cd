import type { Database } from '../core/database/database.ts'
import { MINUTE_MS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { lastChange, maxPaperId } from '../papers/paper.repo.ts'

/** A page of papers has some 100 kB. */
const MAX_ENTRIES = 100
/** A change by a process with a slow clock has no later time than the change before it. */
const MAX_AGE_MS = MINUTE_MS

interface Cached {
  /** The newest change of a paper or a listing that the values contain. */
  state: string
  values: Map<string, { value: Promise<unknown>; at: number }>
}

let caches = new WeakMap<Database, Cached>()

/**
 * Keeps what `load` returns for each input until a paper or a listing changes, and for a minute at most, so that pages
 * need two look-ups in an index. Requests at the same time share one load. The input must be JSON; a failure is not
 * kept.
 */
export const cachedUntilChange =
  <Input, Value>(name: string, load: (db: Database, input: Input) => Promise<Value>) =>
  async ({ db, clock }: Pick<Deps, 'db' | 'clock'>, input: Input): Promise<Value> => {
    const state = `${(await lastChange(db))?.toISOString()} ${await maxPaperId(db)}`
    let cached = caches.get(db)
    if (cached?.state !== state) {
      cached = { state, values: new Map() }
      caches.set(db, cached)
    }
    const { values } = cached
    const key = `${name} ${JSON.stringify(input)}`
    const now = clock.now().getTime()
    const known = values.get(key)
    if (known && Math.abs(now - known.at) < MAX_AGE_MS) return known.value as Promise<Value>
    const value = load(db, input)
    // The oldest go first.
    values.delete(key)
    values.set(key, { value, at: now })
    if (values.size > MAX_ENTRIES) values.delete(values.keys().next().value!)
    value.catch(() => values.delete(key))
    return value
  }

/** For tests, which replace papers without a later time. */
export const dropCachedLists = (): void => {
  caches = new WeakMap()
}
