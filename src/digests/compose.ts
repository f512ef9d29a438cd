import type { Vector } from '../filters/ranking/profile.ts'
import { type Day, dayOf } from '../platform/dates.ts'
import { fill, words } from '../words/words.ts'
import { type Choice, type Chosen, MOST_OTHERS } from './choose.ts'
import { closeSections } from './close.ts'
import { type DigestContent, type DigestPaper, type DigestSection, topicHead } from './digest-content.ts'
import type { DigestTopic, Recipient } from './digest-store.ts'
import type { LastLook } from './earlier-digest-store.ts'
import { likedFirst } from './liked.ts'
import { type EarlierDigest, type Offer, offerAfter, offeredSince, reachedBy, risenSince } from './offer.ts'
import { offeredByTopic } from './offered.ts'
import type { Shelf } from './shelf.ts'
import { daysIn, weekOf, weekTo } from './week.ts'

export interface ComposeInput {
  recipient: Recipient
  /** Their digests that count. */
  earlier: readonly EarlierDigest[]
  localDate: Day
  /** The highest paper id that may be looked at. */
  horizon: number
  /** The highest id of the papers' history that the shelf knows. */
  history: number
  /** What their last digest knew of it; undefined where no topic can turn. */
  last?: LastLook
  /** What they want more and less of; where they never said, left out. */
  profile?: Vector
  /** Ids of their topics that matched nothing for long. */
  dry?: ReadonlySet<number>
  sources: string
  now: Date
}

export interface Composed {
  fromPaper: number
  toPaper: number
  toHistory: number
  bestDay: Day | null
  /** The papers shown, in order. */
  papers: number[]
  /** How many were shown or lay beyond the cap. */
  matched: number
  /** Null where nothing matched. */
  content: DigestContent | null
}

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
  const close = closeTo(shelf, input, {
    offer,
    since,
    hasNews: offered.topics.some(({ length }) => length > 0),
  })
  const room = maxPapers - close.flatMap(({ papers }) => papers).length
  const { sections: chosen, more, others } = shelf.chooser.choose({ ...offered, cap: room })
  const news = chosen.map((section) =>
    sectionOf(shelf, recipient, inLikedOrder(shelf, section, topics, profile)),
  )
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
    ...frozen(input, { bestOf: null, week, sections, more, beyond }),
  }
}

/** What comes close to dry topics, as far as there is something new to tell. */
function closeTo(
  shelf: Shelf,
  { recipient: { topics, maxPapers }, dry = NO_TOPICS }: ComposeInput,
  { offer, since, hasNews }: { offer: Offer; since: Day; hasNews: boolean },
): DigestSection[] {
  if (dry.size === 0 || !hasNews) return []
  return closeSections(shelf, { topics, dry, offer, since, most: Math.min(MOST_CLOSE, maxPapers - 1) })
}

const NO_TOPICS: ReadonlySet<number> = new Set()
/** In one digest. */
const MOST_CLOSE = 3

/** In the subscriber's order; what rises comes last. */
function inTopicOrder(sections: DigestSection[], topics: readonly DigestTopic[]): DigestSection[] {
  const place = ({ topicId }: DigestSection) => topics.findIndex(({ id }) => id === topicId)
  const [rising, others] = [sections.filter((one) => one.rising), sections.filter((one) => !one.rising)]
  return [...others.sort((a, b) => place(a) - place(b)), ...rising]
}

/** Whoever was brought here by an import confirmed before, and had their mails from elsewhere till then. */
export const hereSince = ({
  confirmedAt,
  importedAt,
}: Pick<Recipient, 'confirmedAt' | 'importedAt'>): Date | null =>
  confirmedAt && importedAt && importedAt > confirmedAt ? importedAt : confirmedAt

type ChosenSection = Choice['sections'][number]

function inLikedOrder(
  shelf: Shelf,
  section: ChosenSection,
  topics: readonly DigestTopic[],
  profile: Vector | undefined,
): ChosenSection {
  const { topic, papers } = section
  if (!profile || profile.size === 0 || topic === 'rising') return section
  return { topic, papers: likedFirst(shelf, papers, { queryId: topics[topic]!.queryId, profile }) }
}

function sectionOf(shelf: Shelf, { topics }: Recipient, { topic, papers }: ChosenSection): DigestSection {
  if (topic !== 'rising') {
    return { ...topicHead(topics[topic]!), papers: papers.map((paper) => shownUnder(shelf, topics, paper)) }
  }
  return {
    topic: null,
    topicId: null,
    rising: true,
    papers: papers.map((paper) => shownRising(shelf, topics, paper)),
  }
}

function shownUnder(
  shelf: Shelf,
  topics: readonly DigestTopic[],
  { place, topics: offering }: Chosen,
): DigestPaper {
  const [first, ...others] = offering.map((topic) => topics[topic]!)
  const paper = shelf.shown(shelf.papers[place]!.id, first!.queryId)
  if (others.length === 0) return paper
  const names = others.map(({ name }) => name).join(', ')
  return { ...paper, reason: fill(words.reason.also, { reason: paper.reason!, topics: names }) }
}

function shownRising(
  shelf: Shelf,
  topics: readonly DigestTopic[],
  { place, topics: offering }: Chosen,
): DigestPaper {
  const paper = shelf.shown(shelf.papers[place]!.id, topics[offering[0]!]!.queryId)
  const names = offering.map((topic) => topics[topic]!.name).join(', ')
  return { ...paper, reason: fill(words.reason.rising, { reason: paper.reason!, topics: names }) }
}

const HOUR_MS = 3600 * 1000
/** Votes come in for most of a day: the best of a day are known 20 hours after it began. */
export const BEST_AFTER_MS = 20 * HOUR_MS

/**
 * The best by votes of the newest day that is old enough, or of the week that ends with it, once, whenever the
 * subscriber confirmed.
 */
function bestOfDay(shelf: Shelf, input: ComposeInput): Composed {
  const { recipient, earlier, horizon, now } = input
  const reached = reachedBy(earlier)
  const shown = new Set(earlier.flatMap(({ papers }) => papers))
  const day = shelf.newestDay(dayOf(new Date(now.getTime() - BEST_AFTER_MS)), horizon)
  const isNew = day !== undefined && !earlier.some(({ bestDay }) => bestDay === day)
  const week = recipient.weekly && day !== undefined ? weekTo(day) : null
  const listed = isNew ? daysIn(week ?? { from: day, to: day }).flatMap((one) => shelf.listedFirst(one)) : []
  const papers = listed
    .filter(({ id }) => id <= horizon && !shown.has(id))
    .toSorted((a, b) => (b.votes ?? -1) - (a.votes ?? -1) || a.id - b.id)
  const best = papers.slice(0, recipient.maxPapers).map(({ id }) => shelf.shown(id))
  const others = papers.slice(recipient.maxPapers)
  const sections = best.length > 0 ? [{ topic: null, topicId: null, papers: best }] : []
  const beyond = week ? others.slice(0, MOST_OTHERS).map(({ id }) => id) : []
  // Nothing is looked at for topics: whoever adds some later is offered all that they have not been shown.
  return {
    fromPaper: reached,
    toPaper: reached,
    toHistory: input.history,
    bestDay: best.length > 0 ? day! : null,
    ...frozen(input, { bestOf: day ?? null, week, sections, more: others.length, beyond }),
  }
}

function frozen(
  { localDate, sources }: ComposeInput,
  shown: Omit<DigestContent, 'localDate' | 'sources'>,
): Pick<Composed, 'papers' | 'matched' | 'content'> {
  const papers = shown.sections.flatMap((section) => section.papers.map(({ id }) => id))
  const content = papers.length > 0 ? { localDate, ...shown, sources } : null
  return { papers, matched: papers.length + shown.more, content }
}
