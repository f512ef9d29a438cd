import { dropBits } from '../../queries/matching/bits.ts'
import type { Query } from '../../queries/query.ts'
import { textWords } from '../../queries/ranking/wanted.ts'
import type { Steps } from '../../queries/steps.ts'
import type { Window } from './window.ts'

/** Numbers of papers that hold words of a query and do not match it, best first. */
export function* nearIds(query: Query, window: Window, most: number): Steps<number[]> {
  const words = textWords(query)
  if (words.length === 0) return []
  yield* window.archive.lookUpNear(query)
  const any: Query = { kind: 'or', parts: words }
  const holding = window.find(any, query)
  yield
  dropBits(holding, window.find(query))
  yield
  return window.archive.ranked(any, holding, most).map(({ id }) => id)
}
