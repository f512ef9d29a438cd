import { describePart } from '../../queries/language/describe-query.ts'
import { writeTree } from '../../queries/language/write-query.ts'
import { MAX_VARIANTS, type Query } from '../../queries/query.ts'
import type { Steps } from '../../queries/steps.ts'
import type { DayWindow } from './day-window.ts'
import {
  type HintKind,
  type QueryHint,
  readAsAuthor,
  splitEachPhrase,
  type Variant,
  widenEachField,
  withoutEach,
} from './variants.ts'

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

const isName = ({ way }: { way: HintKind }): boolean => way === 'author'

function namesOf(changed: Query): Pick<QueryHint, 'part' | 'term'> {
  const part = changed.kind === 'not' ? changed.part : changed
  return { part: describePart(part), term: writeTree(part) ?? describePart(part) }
}

type Change = Variant & { way: HintKind }

function* changesOf(query: Query): Generator<Change, void> {
  yield* some(readAsAuthor(query).values(), () => 'author')
  yield* some(withoutEach(query, 'and'), ({ part }) => (part.kind === 'not' ? 'allowed' : 'without'))
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
