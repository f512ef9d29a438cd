import { describePart } from '../../queries/language/describe-query.ts'
import { writeTree } from '../../queries/language/write-tree.ts'
import { MAX_VARIANTS, type Query } from '../../queries/query.ts'
import type { Steps } from '../../queries/steps.ts'
import type { Hint, Way } from './hint.ts'
import { anywhereEach, apartEach, asAuthor, type Variant, withoutEach } from './variants.ts'
import type { Window } from './window.ts'

const MAX_HINTS = 2
/** From so many on a week can be told from chance. */
const MIN_WEEKS = 2

/** Less than one paper a week, and some: none at all is told otherwise. */
export const isNarrow = (papers: number, weeks: number): boolean =>
  papers > 0 && weeks >= MIN_WEEKS && papers < weeks

/**
 * Changes by which a query would have brought more: those with the most papers of which a mail of `most` still holds a
 * day's; where there are none, those with the fewest.
 */
export function* widerHints(query: Query, window: Window, most: number): Steps<Hint[]> {
  const met = window.count(window.find(query))
  const room = most * window.weekdays
  const hints: (Change & { papers: number })[] = []
  for (const change of changesOf(query)) {
    const papers = window.count(window.find(change.changed, query))
    if (papers > met) hints.push({ ...change, papers })
    yield
  }
  hints.sort((a, b) => byUse(a.papers, b.papers, room))
  // Whoever typed a name meant it.
  const [names, others] = [hints.filter(isName), hints.filter((one) => !isName(one))]
  const fitting = others.filter(({ papers }) => papers <= room)
  return [...names, ...(fitting.length > 0 ? fitting : others)]
    .slice(0, MAX_HINTS)
    .map(({ way, part, papers, changed }) => ({ way, ...namesOf(part), papers, query: writeTree(changed) }))
}

const isName = ({ way }: { way: Way }): boolean => way === 'author'

function namesOf(changed: Query): Pick<Hint, 'part' | 'term'> {
  const part = changed.kind === 'not' ? changed.part : changed
  return { part: describePart(part), term: writeTree(part) ?? describePart(part) }
}

type Change = Variant & { way: Way }

function* changesOf(query: Query): Generator<Change, void> {
  yield* some(asAuthor(query).values(), () => 'author')
  yield* some(withoutEach(query, 'and'), ({ part }) => (part.kind === 'not' ? 'allowed' : 'without'))
  yield* some(apartEach(query), () => 'apart')
  yield* some(anywhereEach(query), () => 'anywhere')
}

const some = (variants: IteratorObject<Variant>, wayOf: (one: Variant) => Way): IteratorObject<Change> =>
  variants.take(MAX_VARIANTS).map((one) => ({ ...one, way: wayOf(one) }))

/** Those that fit first, the largest of them in front; of the others the smallest. */
function byUse(a: number, b: number, fits: number): number {
  if (a <= fits !== b <= fits) return a <= fits ? -1 : 1
  return a <= fits ? b - a : a - b
}
