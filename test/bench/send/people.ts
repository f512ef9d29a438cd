import { csvLine } from '../../../src/core/csv.ts'
import { parseOrNull } from '../../../src/queries/language/parse-query.ts'
import { splitTopics } from '../../../src/queries/language/split-topics.ts'
import { randomFrom } from '../../battery/bench/seeded-random.ts'
import { topicCount, typedTopics, zipf } from '../../support/accuracy/people.ts'

const WITHOUT_TOPIC = 0.15
const WITH_BROAD_TOPIC = 0.25
/** Of topics, those that their writer changed. */
const CHANGED = 0.6
const BROAD = ['language model', 'agent OR reasoning', 'diffusion', 'video', 'cat:cs', 'votes>=20']
const CATEGORIES = ['cs.CL', 'cs.LG', 'cs.CV', 'cs.AI', 'cs.RO', 'cs', 'stat.ML']
/** Shares of addresses at large providers; the others are spread over small domains. */
const DOMAINS: [domain: string, share: number][] = [
  ['large.example', 0.42],
  ['second.example', 0.1],
  ['third.example', 0.05],
  ['fourth.example', 0.03],
]
const SMALL_DOMAINS = 2000

/** Subscribers as a CSV file for the operator's import, line by line: all active, all at 8 UTC on every day. */
export function* peopleCsv(count: number, seed = 1): Generator<string> {
  const chance = randomFrom(seed)
  const topicsOf = openTopics(chance)
  yield 'email,state,topics,hour,zone,days,confirmed_at,confirmed_how\n'
  for (let i = 0; i < count; i++) {
    yield csvLine([
      ...[`person.${i}@${domain(chance())}`, 'active', topicsOf().join('; '), '8', 'UTC'],
      ...['mon,tue,wed,thu,fri,sat,sun', '2024-01-08T08:00:00Z', 'double opt-in'],
    ])
  }
}

function domain(chance: number): string {
  let left = chance
  for (const [name, share] of DOMAINS) {
    if (left < share) return name
    left -= share
  }
  return `domain${Math.floor(left * 1e6) % SMALL_DOMAINS}.example`
}

/** Draws one subscriber's topics: typed filters by Zipf's law (exponent 1), three in five changed by their writer. */
function openTopics(chance: () => number): () => string[] {
  const typed = typedTopics().filter((text) => isReadable(`(${text}) cat:cs`) && isOneTopic(text))
  const rank = zipf(typed.length, chance)
  const topic = () => {
    const text = typed[rank()]!
    return chance() < CHANGED ? changed(text, typed[rank()]!, chance) : text
  }
  return () => {
    if (chance() < WITHOUT_TOPIC) return []
    const topics = new Set(Array.from({ length: topicCount(chance()) }, topic))
    if (chance() < WITH_BROAD_TOPIC) topics.add(BROAD[Math.floor(chance() * BROAD.length)]!)
    return [...topics]
  }
}

/** A paragraph is understood differently if another topic follows. */
const isOneTopic = (text: string): boolean => splitTopics(`${text}; video`).length === 2

function changed(text: string, other: string, chance: () => number): string {
  const kind = chance()
  if (kind < 0.3) return `(${text}) cat:${CATEGORIES[Math.floor(chance() * CATEGORIES.length)]}`
  if (kind < 0.5) return `(${text}) votes>=${5 * (1 + Math.floor(chance() * 10))}`
  const join = kind < 0.65 ? 'AND NOT' : kind < 0.85 ? 'OR' : 'AND'
  const joined = `(${text}) ${join} (${other})`
  return isReadable(joined) ? joined : text
}

const isReadable = (text: string): boolean => parseOrNull(text) !== null
