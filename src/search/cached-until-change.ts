import type { Database } from '../core/database/database.ts'
import { lastChange, maxPaperId } from '../papers/paper.repo.ts'

/** A page of papers has some 100 kB. */
const MAX_ENTRIES = 100

interface Cached {
  /** The newest change of a paper or a listing that the values contain. */
  state: string
  values: Map<string, Promise<unknown>>
}

let caches = new WeakMap<Database, Cached>()

/**
 * Keeps what `load` returns for each input until a paper or a listing changes, so that pages need two look-ups in an
 * index. Requests at the same time share one load. The input must be JSON; a failure is not kept.
 */
export const cachedUntilChange =
  <Input, Value>(name: string, load: (db: Database, input: Input) => Promise<Value>) =>
  async (db: Database, input: Input): Promise<Value> => {
    const state = `${(await lastChange(db))?.toISOString()} ${await maxPaperId(db)}`
    let cached = caches.get(db)
    if (cached?.state !== state || cached.values.size >= MAX_ENTRIES) {
      cached = { state, values: new Map() }
      caches.set(db, cached)
    }
    const { values } = cached
    const key = `${name} ${JSON.stringify(input)}`
    const value = (values.get(key) as Promise<Value> | undefined) ?? load(db, input)
    values.set(key, value)
    value.catch(() => values.delete(key))
    return value
  }

/** For tests, which replace papers without a later time. */
export const dropCachedLists = (): void => {
  caches = new WeakMap()
}
