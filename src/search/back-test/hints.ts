import { describePart } from '../../queries/language/describe-query.ts'
import { writeTree } from '../../queries/language/write-query.ts'
import { MAX_VARIANTS, type Query } from '../../queries/query.ts'
import type { Steps } from '../../queries/steps.ts'
import { respelled } from '../spelling.ts'
import type { DayWindow } from './day-window.ts'
import {
  type HintKind,
  namesOf,
  type QueryHint,
  readAsAuthor,
  splitEachPhrase,
  splitEachTerm,
  type Variant,
  widenEachField,
  withoutEach,
} from './variants.ts'

/** Whether there are more papers per weekday than an email contains. */
export const isTooBroad = (papers: number, window: DayWindow, most: number): boolean =>
  Math.round(window.perWeekday(papers)) > most

/** The terms of which some words are searched for as a phrase: their words anywhere, if more papers have those. */
export function* apartHints(query: Query, window: DayWindow): Steps<QueryHint[]> {
  const met = window.count(window.find(query))
  const hints: QueryHint[] = []
  for (const { part, changed } of splitEachTerm(query).take(MAX_VARIANTS)) {
    const papers = window.count(window.find(changed, query))
    if (papers > met) hints.push({ way: 'words', ...namesOf(part), papers, query: writeTree(changed) })
    yield
  }
  return hints
}

const MAX_HINTS = 2
/** From this many weeks on, a weekly number is not just chance. */
const MIN_WEEKS = 2

/** Some papers, but less than one a week. Another hint covers a query without any papers. */
export const isTooNarrow = (papers: number, weeks: number): boolean =>
  papers > 0 && weeks >= MIN_WEEKS && papers < weeks

/**
 * Changes with which a query would have matched more papers: those with the most papers that still fit into a day's
 * email of `maxPapers`; if none fits, those with the fewest.
 */
export function* widerHints(query: Query, window: DayWindow, maxPapers: number): Steps<QueryHint[]> {
  const met = window.count(window.find(query))
  const maxTotal = maxPapers * window.weekdays
  const hints: (Change & { papers: number })[] = []
  for (const change of changesOf(query)) {
    const papers = window.count(window.find(change.changed, query))
    if (papers > met) hints.push({ ...change, papers })
    yield
  }
  hints.sort((a, b) => byUse(a.papers, b.papers, maxTotal))
  // A name in a query is probably meant as one.
  const [names, others] = [hints.filter(isName), hints.filter((one) => !isName(one))]
  const fitting = others.filter(({ papers }) => papers <= maxTotal)
  return [...names, ...(fitting.length > 0 ? fitting : others)]
    .slice(0, MAX_HINTS)
    .map(({ way, part, papers, changed }) => ({ way, ...namesOf(part), papers, query: writeTree(changed) }))
}

/** The query with common words instead of those that no paper contains. */
export function* spellingHint(query: Query, window: DayWindow): Steps<QueryHint[]> {
  const changed = yield* respelled(window.archive, query)
  const text = changed && writeTree(changed)
  if (!changed || text === null) return []
  const papers = window.count(window.find(changed, query))
  return papers > 0 ? [{ way: 'spelling', part: describePart(changed), term: text, papers, query: text }] : []
}

const isName = ({ way }: { way: HintKind }): boolean => way === 'author'

type Change = Variant & { way: HintKind }

function* changesOf(query: Query): Generator<Change, void> {
  yield* some(readAsAuthor(query).values(), () => 'author')
  yield* some(withoutEach(query), ({ part }) => (part.kind === 'not' ? 'allowed' : 'without'))
  yield* some(splitEachPhrase(query), () => 'apart')
  yield* some(widenEachField(query), () => 'anywhere')
}

const some = (variants: IteratorObject<Variant>, wayOf: (one: Variant) => HintKind): IteratorObject<Change> =>
  variants.take(MAX_VARIANTS).map((one) => ({ ...one, way: wayOf(one) }))

/** Results that fit come first, the largest of them at the front; of the others, the smallest. */
function byUse(a: number, b: number, fits: number): number {
  if (a <= fits !== b <= fits) return a <= fits ? -1 : 1
  return a <= fits ? b - a : a - b
}
