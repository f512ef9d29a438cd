import { preparseTopics } from '../../account/signup/preparse-topics.ts'
import type { Deps } from '../../core/deps.ts'
import { type Searcher, withSearchSlot } from '../../search/search-slot.ts'
import { queriesIn, type SubscribeForm } from '../request.ts'

/** The number of characters that we parse in about a millisecond. */
const MAX_FREE_LENGTH = 1000

/**
 * Parses long topics of a sign-up in a search slot: anyone can send twenty long topics with an address that is then
 * refused. Ordinary sign-ups need no slot. Throws rate.too-many, rate.at-once, search.busy.
 */
export async function readTopicsInSlot(deps: Deps, searcher: Searcher, form: SubscribeForm): Promise<void> {
  const queries = queriesIn(form)
  if (queries.join('').length <= MAX_FREE_LENGTH) return
  await withSearchSlot(deps, searcher, queries, (spend) => preparseTopics(form.typed.topics, spend))
}
