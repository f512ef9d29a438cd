import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Paper } from '../../../../src/papers/paper.ts'
import { hasBit } from '../../../../src/queries/matching/bits.ts'
import { evaluate } from '../../../../src/queries/matching/evaluate.ts'
import { PaperIndex } from '../../../../src/queries/matching/paper-index.ts'
import { QuerySet } from '../../../../src/queries/matching/query-set.ts'
import type { Query, TextField } from '../../../../src/queries/query.ts'
import { toPaperText } from '../../../../src/queries/text/tokens.ts'
import '../../../support/fixed-seed.ts'
import { matchingOracle } from '../../../support/matching-oracle.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

const WORDS = [
  'agent',
  'agents',
  'LLM',
  'llm',
  'LLMs',
  'state',
  'space',
  'statespace',
  'vision',
  'language',
  'RAG',
  'Schrödinger',
  'Schroedinger',
]
const NAMES = ['Wei Wang', 'Yang Li', 'Li Wei', 'Ann Ø', 'Wang', 'Jörg Müller', 'Mueller']
const word = fc.constantFrom(...WORDS)
const joint = fc.constantFrom(' ', '-')
const texts = fc
  .tuple(fc.array(word, { minLength: 1, maxLength: 3 }), joint)
  .map(([words, sign]) => words.join(sign))
const prose = fc.array(word, { maxLength: 12 }).map((words) => words.join(' '))

const paper = fc.record({
  title: prose,
  abstract: prose,
  authors: fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 3 }),
  categories: fc.uniqueArray(fc.constantFrom('cs.CL', 'cs.LG', 'math.ST'), { maxLength: 2 }),
  keywords: fc.uniqueArray(texts, { maxLength: 2 }),
  organization: fc.option(fc.constantFrom('Vision Lab', 'Space State')),
  codeUrl: fc.option(fc.constant('https://code.example/x')),
  votes: fc.option(fc.integer({ min: 0, max: 30 })),
  revisedDay: fc.option(fc.constant('2026-11-24')),
})

const textLeaf = fc.record({
  field: fc.constantFrom('any', 'title', 'abstract', 'keyword', 'org', 'author' as const),
  text: fc.oneof(texts, fc.constantFrom(...NAMES)),
})
const toLeaf = ({ field, text }: { field: TextField; text: string }): Query => ({
  kind: /[ -]/.test(text) ? 'phrase' : 'word',
  field,
  text,
})
const leaf: fc.Arbitrary<Query> = fc.oneof(
  { weight: 5, arbitrary: textLeaf.map(toLeaf) },
  fc.constantFrom('cs', 'cs.CL', 'math.ST').map((value): Query => ({ kind: 'category', value })),
  fc.integer({ min: 0, max: 30 }).map((least): Query => ({ kind: 'votes', least })),
  fc.constantFrom<Query>({ kind: 'has-code' }, { kind: 'revised' }, { kind: 'paper', name: '2607.00003' }),
)

/** Words in sequence in one field, some with other forms, as `meaningOf` makes them. */
const term = fc.constantFrom('any', 'title', 'abstract' as const).chain((field) => {
  const one = texts.map((text) => toLeaf({ field, text }))
  const withForms = fc.tuple(one, one).map((parts): Query => ({ kind: 'or', parts, also: true }))
  const part = fc.oneof({ weight: 3, arbitrary: one }, withForms)
  return fc.array(part, { minLength: 2, maxLength: 3 }).map((parts): Query => ({ kind: 'term', parts }))
})

const { tree } = fc.letrec<{ tree: Query }>((tie) => {
  const parts = fc.array(tie('tree'), { minLength: 2, maxLength: 4 })
  return {
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      term,
      parts.map((parts): Query => ({ kind: 'and', parts })),
      parts.map((parts): Query => ({ kind: 'or', parts })),
      tie('tree').map((part): Query => ({ kind: 'not', part })),
      fc
        .tuple(fc.integer({ min: 1, max: 4 }), parts)
        .map(([least, parts]): Query => ({ kind: 'some', least, parts })),
    ),
  }
})

// A hundred runs take half a minute: THOROUGH=1 does them.
const RUNS = process.env.THOROUGH === '1' ? 100 : 20
const TREES_EACH = 1000

/** The trees for which `evaluate`, a query set and the oracle do not match the same papers, and the number of matches. */
function compare(facts: Omit<Partial<Paper>, 'id'>[], trees: Query[]) {
  const papers = facts.map((fact, i) => samplePaper({ ...fact, id: i + 1, arxivId: `2607.0000${i}` }))
  const texts = papers.map((paper) => toPaperText(paper))
  const oracle = matchingOracle(papers)
  const index = new PaperIndex()
  index.upsert(papers)
  const set = new QuerySet(index)
  const numbers = trees.map((query) => set.add(query))
  let matchCount = 0
  const disagreements = trees.filter((query, i) => {
    const bits = set.peekMatches(numbers[i]!)
    const expected = oracle(query)
    matchCount += expected.filter(Boolean).length
    return texts.some((text, docId) => {
      const matches = evaluate(query, text) !== null
      return matches !== expected[docId] || matches !== hasBit(bits, docId)
    })
  })
  return { disagreements, matchCount }
}

test(`\`evaluate\`, a query set and the oracle match the same papers by ${RUNS * TREES_EACH} random trees`, {
  timeout: 240_000,
}, () => {
  const papers = fc.array(paper, { minLength: 8, maxLength: 8 })
  const trees = fc.array(tree, { minLength: TREES_EACH, maxLength: TREES_EACH, size: 'max' })
  let matchCount = 0
  fc.assert(
    fc.property(papers, trees, (some, all) => {
      const compared = compare(some, all)
      matchCount += compared.matchCount
      expect(compared.disagreements).toEqual([])
    }),
    { numRuns: RUNS, endOnFailure: true },
  )
  expect(matchCount).toBeGreaterThan(RUNS * TREES_EACH)
})
