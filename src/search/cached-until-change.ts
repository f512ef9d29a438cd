import type { Database } from '../core/database/database.ts'
import { MINUTE_MS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { LruCache } from '../core/lru-cache.ts'
import { newestState } from '../papers/paper.repo.ts'

/** A page of papers has some 100 kB. */
const MAX_ENTRIES = 100
/** A change by a process with a slow clock has no later time than the change before it. */
const MAX_AGE_MS = MINUTE_MS

interface Entry {
  value: Promise<unknown>
  at: number
}

/** The papers and listings as they are until one of them changes; then there is another object. */
interface PapersState {
  newest: string
  values: LruCache<string, Entry>
}

let states = new WeakMap<Database, PapersState>()
let reading = new WeakMap<Database, Promise<PapersState>>()

/** The current state of the papers. Requests at the same time share one look-up in an index. */
export function papersState(db: Database): Promise<PapersState> {
  const known = reading.get(db)
  if (known) return known
  const read = readState(db).finally(() => reading.delete(db))
  reading.set(db, read)
  return read
}

async function readState(db: Database): Promise<PapersState> {
  const newest = await newestState(db)
  const known = states.get(db)
  if (known?.newest === newest) return known
  const state = { newest, values: new LruCache<string, Entry>(MAX_ENTRIES) }
  states.set(db, state)
  return state
}

/** Whether something from a state may still be used. */
export const isFresh = ({ at }: { at: number }, now: number): boolean => Math.abs(now - at) < MAX_AGE_MS

/**
 * Keeps what `load` returns for each input until a paper or a listing changes, and for up to a minute, so that pages
 * need one look-up in an index. Requests at the same time share one load. The input must be JSON; a failure is not
 * kept.
 */
export const cachedUntilChange =
  <Input, Value>(name: string, load: (db: Database, input: Input) => Promise<Value>) =>
  async ({ db, clock }: Pick<Deps, 'db' | 'clock'>, input: Input): Promise<Value> => {
    const { values } = await papersState(db)
    const key = `${name} ${JSON.stringify(input)}`
    const now = clock.now().getTime()
    const known = values.get(key)
    if (known && isFresh(known, now)) return known.value as Promise<Value>
    const value = load(db, input)
    values.set(key, { value, at: now })
    value.catch(() => values.delete(key))
    return value
  }

/** For tests, which replace papers without a later time. */
export const dropCachedLists = (): void => {
  states = new WeakMap()
  reading = new WeakMap()
}
