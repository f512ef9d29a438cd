import { type Searcher, withSearchSlot } from '../../flows/papers/search-slot.ts'
import { readAhead } from '../../flows/signup/read-ahead.ts'
import type { Deps } from '../../wiring.ts'
import { queriesIn, type SubscribeForm } from '../request.ts'

/**
 * Parses the topics of a sign-up in a search slot, since anyone may send twenty long ones with an address that is then
 * refused. Throws rate.too-many, rate.at-once, search.busy.
 */
export async function readTopicsInSlot(deps: Deps, searcher: Searcher, form: SubscribeForm): Promise<void> {
  const queries = queriesIn(form)
  if (queries.length === 0) return
  await withSearchSlot(deps, searcher, queries, (spend) => readAhead(form.typed.topics, spend))
}
