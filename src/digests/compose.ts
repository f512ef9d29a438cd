import { type Day, dayOf } from '../platform/dates.ts'
import { type Candidate, choose } from './choose.ts'
import type { DigestContent } from './digest-content.ts'
import type { Recipient } from './digest-store.ts'
import { type EarlierDigest, offerAfter, offeredSince, reachedBy } from './offer.ts'
import type { Shelf } from './shelf.ts'
import { daysIn, weekOf, weekTo } from './week.ts'

export interface ComposeInput {
  recipient: Recipient
  /** Their digests that count. */
  earlier: readonly EarlierDigest[]
  localDate: Day
  /** The highest paper id that may be looked at. */
  horizon: number
  sources: string
  now: Date
}

export interface Composed {
  fromPaper: number
  toPaper: number
  bestDay: Day | null
  /** The papers shown, in order. */
  papers: number[]
  matched: number
  /** Null where nothing matched. */
  content: DigestContent | null
}

/** What somebody's digest of a date says. Throws where none of their queries can be read. */
export const compose = (shelf: Shelf, input: ComposeInput): Composed =>
  input.recipient.topics.length > 0 ? byTopics(shelf, input) : bestOfDay(shelf, input)

function byTopics(shelf: Shelf, input: ComposeInput): Composed {
  const { recipient, earlier, localDate, horizon } = input
  const since = offeredSince(localDate, hereSince(recipient))
  const offer = offerAfter(earlier, shelf.lowestSince(since) ?? horizon + 1, horizon)
  const mayHold = (id: number) => offer.has(id) && shelf.paper(id)!.firstDay >= since
  const candidates = candidatesOf(shelf, recipient, mayHold)
  if (recipient.topics.every(({ queryId }) => shelf.unreadable.has(queryId))) {
    throw shelf.unreadable.get(recipient.topics[0]!.queryId)
  }
  const { sections, more, others } = choose(candidates, recipient.maxPapers)
  const shown = sections.map(({ topic, papers }) => ({
    topic: recipient.topics[topic]!.name,
    topicId: recipient.topics[topic]!.id,
    papers: papers.map((paper) => shownUnder(shelf, recipient, paper)),
  }))
  const days = shown.flatMap(({ papers }) => papers.map(({ day }) => day))
  const week = recipient.weekly ? weekOf(localDate, hereSince(recipient), days) : null
  const beyond = idsBeyond(others)
  const { fromPaper, toPaper } = offer
  return {
    fromPaper,
    toPaper,
    bestDay: null,
    ...frozen(input, { bestOf: null, week, sections: shown, more, beyond }),
  }
}

/** As many as the digest's page lists. */
const MOST_BEYOND = 100

const idsBeyond = (others: readonly { id: number }[]): number[] =>
  others.slice(0, MOST_BEYOND).map(({ id }) => id)

/** Whoever was brought here by an import confirmed before, and had their mails from elsewhere till then. */
export const hereSince = ({
  confirmedAt,
  importedAt,
}: Pick<Recipient, 'confirmedAt' | 'importedAt'>): Date | null =>
  confirmedAt && importedAt && importedAt > confirmedAt ? importedAt : confirmedAt

function candidatesOf(shelf: Shelf, { topics }: Recipient, mayHold: (id: number) => boolean): Candidate[] {
  const found = new Map<number, Candidate>()
  for (const [place, { queryId }] of topics.entries()) {
    for (const id of shelf.matches(queryId).filter(mayHold)) {
      const { firstDay, votes } = shelf.paper(id)!
      const candidate = found.get(id) ?? { id, firstDay, votes, topics: [], inTitle: false }
      candidate.topics.push(place)
      candidate.inTitle ||= shelf.isInTitle(queryId, id)
      found.set(id, candidate)
    }
  }
  return [...found.values()]
}

function shownUnder(shelf: Shelf, { topics }: Recipient, { id, topics: places }: Candidate) {
  const [first, ...others] = places.map((place) => topics[place]!)
  const paper = shelf.shown(id, first!.queryId)
  if (others.length === 0) return paper
  return { ...paper, reason: `${paper.reason}. Also under: ${others.map(({ name }) => name).join(', ')}` }
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
  const beyond = week ? idsBeyond(others) : []
  // Nothing is looked at for topics: whoever adds some later is offered all that they have not been shown.
  return {
    fromPaper: reached,
    toPaper: reached,
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
