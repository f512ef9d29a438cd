import { expect, test } from 'vitest'
import { describePart } from '../../../../src/queries/language/describe-query.ts'
import { MAX_TREE_DEPTH, parseQuery, treeDepth } from '../../../../src/queries/language/parse-query.ts'
import type { Query } from '../../../../src/queries/query.ts'

/** (((w0 AND w1) OR w2) AND w3) …, as deep as asked. */
const alternating = (levels: number, word: (i: number) => Query): Query =>
  Array.from({ length: levels }, (_, i) => i + 1).reduce<Query>(
    (inner, i) => ({ kind: i % 2 ? 'and' : 'or', parts: [inner, word(i)] }),
    word(0),
  )

/** A word that counts how often its text is read. */
function countedWords(): { word(i: number): Query; reads(): number } {
  let reads = 0
  const word = (i: number): Query => ({
    kind: 'word',
    field: 'any',
    get text() {
      reads++
      return `w${i}`
    },
  })
  return { word, reads: () => reads }
}

test.each([1, 8, 20])('each part of a query that nests %i levels is described once', (levels) => {
  const { word, reads } = countedWords()
  describePart(alternating(levels, word))
  expect(reads()).toBe(levels + 1)
})

test('NOT around each level costs one description each too', () => {
  const { word, reads } = countedWords()
  const nots = Array.from({ length: 20 }, (_, i) => i + 1).reduce<Query>(
    (inner, i) => ({ kind: 'and', parts: [word(i), { kind: 'not', part: inner }] }),
    word(0),
  )
  describePart(nots)
  expect(reads()).toBe(21)
})

test('the deepest text that can be read makes a tree within the limit', () => {
  const deepest = Array.from({ length: 8 }, (_, i) => i).reduce(
    (inner, i) => `(w${i} OR (x${i}) ${inner})`.replace(/ \(x\d\)/, ''),
    'alpha beta',
  )
  expect(treeDepth(parseQuery(deepest))).toBeLessThanOrEqual(MAX_TREE_DEPTH)
})
