import type { Day } from '../core/dates.ts'
import { bestOfDay } from './best-of-day.ts'
import { closeSections } from './close.ts'
import { type Composed, type ComposeInput, frozen, hereSince } from './composed.ts'
import type { DigestSection } from './digest-content.ts'
import { type Offer, offerAfter, offeredSince, risenSince } from './offer.ts'
import { offeredByTopic } from './offered.ts'
import { inTopicOrder, sectionOf } from './sections.ts'
import type { Shelf } from './shelf.ts'
import { weekOf } from './week.ts'

/** What somebody's digest of a date says. Throws where none of their queries can be read. */
export const compose = (shelf: Shelf, input: ComposeInput): Composed =>
  input.recipient.topics.length > 0 ? byTopics(shelf, input) : bestOfDay(shelf, input)

function byTopics(shelf: Shelf, input: ComposeInput): Composed {
  const { recipient, earlier, localDate, horizon, last, profile } = input
  const { topics, maxPapers } = recipient
  const since = offeredSince(localDate, hereSince(recipient))
  const offer = offerAfter(earlier, shelf.lowestSince(since) ?? horizon + 1, horizon)
  const risen = risenSince(localDate, last?.localDate ?? undefined, hereSince(recipient))
  const offered = offeredByTopic({ shelf, since, offer, last, risen }, topics)
  if (topics.every(({ queryId }) => shelf.unreadable.has(queryId))) {
    throw shelf.unreadable.get(topics[0]!.queryId)
  }
  const matchedTopics = topics.filter((_, i) => offered.topics[i]!.length > 0).map(({ id }) => id)
  const { sections: chosen, more, others } = shelf.chooser.choose({ ...offered, cap: maxPapers })
  const news = chosen.map((section) => sectionOf(shelf, section, { topics, profile }))
  const room = maxPapers - news.flatMap(({ papers }) => papers).length
  const close = news.length > 0 ? closeTo(shelf, input, { offer, since, matchedTopics, room }) : []
  const sections = inTopicOrder([...news, ...close], topics)
  const days = news.flatMap(({ papers }) => papers.map(({ day }) => day))
  const week = recipient.weekly ? weekOf(localDate, hereSince(recipient), days) : null
  const beyond = others.map((place) => shelf.papers[place]!.id)
  const { fromPaper, toPaper } = offer
  return {
    fromPaper,
    toPaper,
    toHistory: input.history,
    bestDay: null,
    ...frozen(input, { bestOf: null, week, sections, matchedTopics, more, beyond }),
  }
}

/** What comes close to dry topics, where what matched leaves room. */
function closeTo(
  shelf: Shelf,
  { recipient: { topics }, dry = NO_TOPICS }: ComposeInput,
  {
    offer,
    since,
    matchedTopics,
    room,
  }: { offer: Offer; since: Day; matchedTopics: readonly number[]; room: number },
): DigestSection[] {
  if (dry.size === 0) return []
  const stillDry = new Set([...dry].filter((id) => !matchedTopics.includes(id)))
  return closeSections(shelf, { topics, dry: stillDry, offer, since, most: Math.min(MAX_NEAR_MISSES, room) })
}

const NO_TOPICS: ReadonlySet<number> = new Set()
/** In one digest. */
const MAX_NEAR_MISSES = 3
