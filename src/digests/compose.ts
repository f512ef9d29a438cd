import { type Day, dayOf } from '../platform/dates.ts'
import { fill, words } from '../words/words.ts'
import { type Candidate, choose } from './choose.ts'
import type { DigestContent } from './digest-content.ts'
import type { DigestTopic, Recipient } from './digest-store.ts'
import type { LastLook } from './earlier-digest-store.ts'
import { type EarlierDigest, type Offer, offerAfter, offeredSince, reachedBy, risenSince } from './offer.ts'
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
  const risen = risenSince(localDate, input.last?.localDate ?? undefined, hereSince(recipient))
  const candidates = candidatesOf({ shelf, since, offer, last: input.last, risen }, recipient)
  if (recipient.topics.every(({ queryId }) => shelf.unreadable.has(queryId))) {
    throw shelf.unreadable.get(recipient.topics[0]!.queryId)
  }
  const { sections, more, others } = choose(candidates, recipient.maxPapers)
  const shown = sections.map(({ topic, papers }) => ({
    ...(topic === 'rising' ? RISING : headOf(recipient.topics[topic]!)),
    papers: papers.map((paper) => shownUnder(shelf, recipient, paper)),
  }))
  const days = shown.flatMap(({ papers }) => papers.map(({ day }) => day))
  const week = recipient.weekly ? weekOf(localDate, hereSince(recipient), days) : null
  const beyond = idsBeyond(others)
  const { fromPaper, toPaper } = offer
  return {
    fromPaper,
    toPaper,
    toHistory: input.history,
    bestDay: null,
    ...frozen(input, { bestOf: null, week, sections: shown, more, beyond }),
  }
}

const headOf = ({ name, id }: DigestTopic) => ({ topic: name, topicId: id })
const RISING = { topic: null, topicId: null, rising: true } as const

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

interface Scope {
  shelf: Shelf
  since: Day
  offer: Offer
  last: LastLook | undefined
  /** The earliest first day of papers that may have risen. */
  risen: Day
}

function candidatesOf(scope: Scope, { topics }: Recipient): Candidate[] {
  const { shelf } = scope
  const found = new Map<number, Candidate>()
  for (const [place, { queryId }] of topics.entries()) {
    for (const { id, rising } of matchesOf(scope, queryId)) {
      const { firstDay, votes } = shelf.paper(id)!
      const candidate = found.get(id) ?? { id, firstDay, votes, topics: [], rising, inTitle: false }
      candidate.topics.push(place)
      candidate.inTitle ||= shelf.isInTitle(queryId, id)
      found.set(id, candidate)
    }
  }
  return [...found.values()]
}

/** New papers, and those that the query did not match as they stood when the last digest was planned. */
function matchesOf(
  { shelf, since, offer, last, risen }: Scope,
  queryId: number,
): { id: number; rising: boolean }[] {
  const paper = (id: number) => shelf.paper(id)!
  const isFresh = (id: number) => offer.has(id) && paper(id).firstDay >= since
  const fresh = shelf.matches(queryId).filter(isFresh)
  const turned = last === undefined ? [] : [...shelf.turned(queryId, last.history)]
  const late = turned.filter(([id, turn]) => {
    const { firstDay, revisedDay } = paper(id)
    const isInTime = turn === 'votes' ? firstDay >= risen : firstDay >= since || revisedDay! >= since
    return isInTime && offer.isUnshown(id) && !isFresh(id)
  })
  return [
    ...fresh.map((id) => ({ id, rising: false })),
    ...late.map(([id, turn]) => ({ id, rising: turn === 'votes' })),
  ]
}

function shownUnder(shelf: Shelf, { topics }: Recipient, { id, topics: places, rising }: Candidate) {
  const [first, ...others] = places.map((place) => topics[place]!)
  const paper = shelf.shown(id, first!.queryId)
  if (rising) {
    const names = places.map((place) => topics[place]!.name).join(', ')
    return { ...paper, reason: fill(words.reason.rising, { reason: paper.reason!, topics: names }) }
  }
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
