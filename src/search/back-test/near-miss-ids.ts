import { subtractBits } from '../../queries/matching/bits.ts'
import type { Query } from '../../queries/query.ts'
import { wantedWords } from '../../queries/ranking/ranker.ts'
import type { Steps } from '../../queries/steps.ts'
import type { DayWindow } from './day-window.ts'

/** Ids of papers that contain words of a query but do not match it, best first. */
export function* nearMissIds(query: Query, window: DayWindow, limit: number): Steps<number[]> {
  const words = wantedWords(query)
  if (words.length === 0) return []
  yield* window.archive.lookUpNearMissTerms(query)
  const any: Query = { kind: 'or', parts: words }
  const holding = window.find(any, query)
  yield
  subtractBits(holding, window.find(query))
  yield
  return window.archive.ranked(any, holding, limit).map(({ id }) => id)
}
