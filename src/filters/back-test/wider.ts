import { describePart } from '../language/describe-query.ts'
import { writeTree } from '../language/write-tree.ts'
import type { Query } from '../query.ts'
import type { Hint, Way } from './hint.ts'
import { anywhereEach, apartEach, asAuthor, type Variant, withoutEach } from './variants.ts'
import type { Window } from './window.ts'

const MOST_HINTS = 2
/** From so many on a week can be told from chance. */
const LEAST_WEEKS = 2

/** Less than one paper a week, and some: none at all is told otherwise. */
export const isNarrow = (papers: number, weeks: number): boolean =>
  papers > 0 && weeks >= LEAST_WEEKS && papers < weeks

/**
 * Changes by which a query would have brought more: those with the most papers of which a mail of `most` still holds a
 * day's; where there are none, those with the fewest.
 */
export function widerHints(query: Query, window: Window, most: number): Hint[] {
  const met = window.count(window.find(query))
  const room = most * Math.max(1, window.openDays)
  const hints = changesOf(query)
    .map(({ way, part, changed }) => ({
      way,
      ...namesOf(part.kind === 'not' ? part.part : part),
      papers: window.count(window.find(changed, query)),
      changed,
    }))
    .filter(({ papers }) => papers > met)
    .sort((a, b) => byUse(a.papers, b.papers, room))
  // Whoever typed a name meant it.
  const [names, others] = [hints.filter(isName), hints.filter((one) => !isName(one))]
  const fitting = others.filter(({ papers }) => papers <= room)
  return [...names, ...(fitting.length > 0 ? fitting : others)]
    .slice(0, MOST_HINTS)
    .map(({ changed, ...hint }) => ({ ...hint, query: writeTree(changed) }))
}

const isName = ({ way }: { way: Way }): boolean => way === 'author'

const namesOf = (part: Query) => ({
  part: describePart(part),
  term: writeTree(part) ?? describePart(part),
})

type Change = Variant & { way: Way }

const changesOf = (query: Query): Change[] => [
  ...asAuthor(query).map((one): Change => ({ ...one, way: 'author' })),
  ...withoutEach(query, 'and').map(
    (one): Change => ({ ...one, way: one.part.kind === 'not' ? 'allowed' : 'without' }),
  ),
  ...apartEach(query).map((one): Change => ({ ...one, way: 'apart' })),
  ...anywhereEach(query).map((one): Change => ({ ...one, way: 'anywhere' })),
]

/** Those that fit first, the largest of them in front; of the others the smallest. */
function byUse(a: number, b: number, fits: number): number {
  if (a <= fits !== b <= fits) return a <= fits ? -1 : 1
  return a <= fits ? b - a : a - b
}
