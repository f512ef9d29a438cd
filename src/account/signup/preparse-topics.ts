import { parseOrNull } from '../../queries/language/parse-query.ts'
import { splitFields } from '../../queries/language/split-topics.ts'
import type { Steps } from '../../queries/steps.ts'
import { runYielding, type Spend } from '../../search/yield-to-event-loop.ts'
import { MAX_TOPICS } from '../../subscribers/subscriber.ts'

/**
 * Parses typed topics, one in each step, so that reading them afterwards does not block other requests: twenty long
 * ones take about 100 ms. If there are more than a subscriber may have, they are refused before any is parsed.
 */
export const preparseTopics = (typed: readonly string[], spend?: Spend): Promise<void> =>
  runYielding(parsing(typed), spend)

function* parsing(typed: readonly string[]): Steps<void> {
  const topics = splitFields(typed)
  yield
  if (topics.length > MAX_TOPICS) return
  for (const topic of topics) {
    parseOrNull(topic)
    yield
  }
}
