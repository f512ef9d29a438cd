import { expect, test } from 'vitest'
import { hasBit } from '../../../../src/queries/matching/bits.ts'
import { evaluate } from '../../../../src/queries/matching/evaluate.ts'
import { PaperIndex } from '../../../../src/queries/matching/paper-index.ts'
import { QuerySet } from '../../../../src/queries/matching/query-set.ts'
import type { Query, TextField, TextLeaf } from '../../../../src/queries/query.ts'
import { toPaperText } from '../../../../src/queries/text/tokens.ts'
import { samplePaper } from '../../../support/sample-paper.ts'
import { secondEvaluator } from '../../../support/second-evaluator.ts'

const WORDS = ['alpha', 'beta', 'gamma', 'delta', 'LLM', 'large', 'language', 'model']
const FIELDS: TextField[] = ['any', 'any', 'any', 'title', 'abstract', 'keyword', 'author', 'org']

/** The same numbers in each run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 48_271) % 0x7fffffff
    return state % below
  }
}

const below = randomFrom(7)
const pick = <T>(list: readonly T[]): T => list[below(list.length)]!
const some = <T>(least: number, most: number, make: () => T): T[] =>
  Array.from({ length: least + below(most - least + 1) }, make)

const papers = Array.from({ length: 12 }, (_, i) =>
  samplePaper({
    id: i + 1,
    title: some(1, 4, () => pick(WORDS)).join(' '),
    abstract: some(0, 30, () => pick([...WORDS, 'x', 'y', 'z'])).join(' '),
    keywords: some(0, 2, () => some(1, 2, () => pick(WORDS)).join(' ')),
    authors: some(1, 2, () => some(1, 2, () => pick(WORDS)).join(' ')),
    votes: below(30),
  }),
)

function leaf(field: TextField): TextLeaf {
  const text = some(1, 2, () => pick(WORDS)).join(below(2) === 0 ? ' ' : '-')
  return { kind: /[ -]/.test(text) ? 'phrase' : 'word', field, text }
}

/** What meanings are made of too: terms, other forms. */
function tree(depth: number): Query {
  const part = () => tree(depth - 1)
  switch (depth === 0 ? below(3) : below(8)) {
    case 0:
    case 1:
      return leaf(pick(FIELDS))
    case 2: {
      const field = pick(['any', 'title', 'abstract'] as const)
      const word = (): Query =>
        below(4) === 0 ? { kind: 'or', parts: [leaf(field), leaf(field)], also: true } : leaf(field)
      return { kind: 'term', parts: some(2, 3, word) }
    }
    case 3:
      return { kind: 'not', part: part() }
    case 4:
      return { kind: 'or', parts: some(2, 3, part) }
    case 5: {
      const parts = some(2, 4, part)
      return { kind: 'some', least: 1 + below(parts.length), parts }
    }
    case 6:
      return { kind: 'votes', least: below(30) }
    default:
      return { kind: 'and', parts: some(2, 3, part) }
  }
}

// All of them take minutes: THOROUGH=1 asks for that.
const TREES = process.env.THOROUGH === '1' ? 100_000 : 5_000

test(`two evaluators and bit sets agree on ${TREES} random trees`, () => {
  const texts = papers.map((paper) => toPaperText(paper))
  const second = secondEvaluator(papers)
  const index = new PaperIndex()
  index.upsert(papers)
  let set = new QuerySet(index)
  let met = 0
  for (let i = 0; i < TREES; i++) {
    const query = tree(3)
    if (i % 1000 === 0) set = new QuerySet(index)
    const expected = second(query)
    const bits = set.find(query)
    for (const [docId, text] of texts.entries()) {
      const isMet = evaluate(query, text) !== null
      if (isMet) met++
      if (isMet !== expected[docId] || isMet !== hasBit(bits, docId))
        expect.fail(`${JSON.stringify(query)} on ${JSON.stringify(papers[docId])}`)
    }
  }
  expect(met).toBeGreaterThan(TREES)
}, 600_000)
