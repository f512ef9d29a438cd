import { setImmediate } from 'node:timers/promises'
import type { Deps } from '../core/deps.ts'
import { errorFields, Fault } from '../core/errors.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { type OutdatedQuery, outdatedQueries, type ReparsedQuery, storeTrees } from '../queries/query.repo.ts'
import { GRAMMAR_VERSION } from '../queries/query.ts'

const MAX_AT_ONCE = 200
/** Number of queries parsed, in a few milliseconds, before yielding to the event loop. */
const BATCH_SIZE = 20

/**
 * Parses the queries again that an older grammar parsed, and stores their trees; until then each is parsed whenever it
 * is needed. Several processes may do so at once, at any time. Never throws: the next start continues with the rest.
 */
export async function recompileQueries(
  { db, log }: Pick<Deps, 'db' | 'log'>,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  const done = { queries: 0, unreadable: 0, grammar: GRAMMAR_VERSION }
  try {
    for (let after = 0; !signal?.aborted; ) {
      const old = await outdatedQueries(db, { after, most: MAX_AT_ONCE })
      const last = old.at(-1)
      if (!last) break
      const queries = await recompile(old)
      done.queries += await storeTrees(db, queries)
      done.unreadable += queries.filter(({ tree }) => tree === null).length
      after = last.id
    }
  } catch (error) {
    log.warn('queries.failed', errorFields(error))
  }
  if (done.queries > 0) log.info('queries.recompiled', done)
}

async function recompile(old: readonly OutdatedQuery[]): Promise<ReparsedQuery[]> {
  const queries: ReparsedQuery[] = []
  for (const [i, { id, text }] of old.entries()) {
    if (i % BATCH_SIZE === 0) await setImmediate()
    queries.push({ id, tree: treeOf(text) })
  }
  return queries
}

function treeOf(text: string): object | null {
  try {
    return parseQuery(text)
  } catch (error) {
    if (error instanceof Fault) return null
    throw error
  }
}
