import type { Day } from '../core/dates.ts'
import type { Choosing } from './choose.ts'
import type { DigestTopic } from './digest.repo.ts'
import type { LastLook } from './earlier-digest.repo.ts'
import type { Offer } from './offer.ts'
import type { Shelf } from './shelf.ts'
import type { Turn } from './turned.ts'

/** What a digest may hold of a shelf. */
export interface Scope {
  shelf: Shelf
  /** The earliest first day of new papers. */
  since: Day
  offer: Offer
  /** What the last digest knew; undefined where no topic can turn. */
  last: LastLook | undefined
  /** The earliest first day of papers that may have risen. */
  risen: Day
}

/** For each topic the papers that it offers, best first, and which of all of them are rising. */
export function offeredByTopic(scope: Scope, topics: readonly DigestTopic[]): Omit<Choosing, 'cap'> {
  const { shelf } = scope
  const turns = new Map<number, Turn>()
  const offered = topics.map(({ queryId }) => {
    const late = lateMatches(scope, queryId)
    for (const [place, turn] of late) if (turns.get(place) !== 'revised') turns.set(place, turn)
    return shelf.ranked(queryId).slots.filter((place) => isFresh(scope, place) || late.has(place))
  })
  return { topics: offered, rising: risingOf(scope, turns) }
}

function isFresh({ shelf, since, offer }: Scope, place: number): boolean {
  const { id, firstDay } = shelf.papers[place]!
  return id > offer.fromPaper && firstDay >= since && offer.has(id)
}

/** Papers that the query did not match as they stood when the last digest was planned. */
function lateMatches(scope: Scope, queryId: number): ReadonlyMap<number, Turn> {
  const { shelf, since, offer, last, risen } = scope
  if (last === undefined) return NONE
  const late = new Map<number, Turn>()
  for (const [id, turn] of shelf.turned(queryId, last.history)) {
    const place = shelf.placeOf(id)!
    const { firstDay, revisedDay } = shelf.papers[place]!
    const isInTime = turn === 'votes' ? firstDay >= risen : firstDay >= since || revisedDay! >= since
    if (isInTime && offer.isUnshown(id) && !isFresh(scope, place)) late.set(place, turn)
  }
  return late
}

const NONE: ReadonlyMap<number, Turn> = new Map()

/** Most votes first. */
function risingOf({ shelf }: Scope, turns: ReadonlyMap<number, Turn>): ReadonlySet<number> {
  const votes = (place: number) => shelf.papers[place]!.votes ?? 0
  const rising = [...turns].filter(([, turn]) => turn === 'votes').map(([place]) => place)
  return new Set(rising.sort((a, b) => votes(b) - votes(a) || b - a))
}
