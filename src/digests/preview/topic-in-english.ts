import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { mayBeForeign } from '../../queries/language/sentence-words.ts'

declare module '../../core/feature.ts' {
  interface Feature {
    /** A query in English for a topic that may be in another language; null if there is none. It is only offered. */
    queryInEnglish?(deps: Deps, topic: string): Promise<string | null>
  }
}

/**
 * What features offer in English for a query; null for a query that is in English. Throws query.*, also
 * query.not-english if nothing is offered.
 */
export async function topicInEnglish(
  deps: Deps,
  query: string,
): Promise<{ offered: string; isReadable: boolean } | null> {
  const fault = faultOf(query)
  if (fault && fault.code !== 'query.not-english') throw fault
  if (!fault && !mayBeForeign(query)) return null
  for (const feature of deps.features) {
    const offered = await feature.queryInEnglish?.(deps, query)
    if (offered) return { offered, isReadable: fault === undefined }
  }
  if (fault) throw fault
  return null
}

function faultOf(query: string): Fault | undefined {
  try {
    parseQuery(query)
    return undefined
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
}
