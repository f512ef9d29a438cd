import { expect, test } from 'vitest'
import type { Paper } from '../../../src/papers/paper.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import { examplesFrom, NO_EXAMPLES } from '../../../src/search/example-queries.ts'
import { archiveOf } from '../../support/archive-of.ts'
import { samplePaper } from '../../support/sample-paper.ts'

const DAY = '2026-11-24'

const TITLES = [
  'World Models for Video Games',
  'Learning World Models from Video',
  'Robots with World Models',
  'State Space Models of Speech',
  'Faster State Space Models',
  'State Space Models in Practice',
  'Protein Folding with Diffusion',
  'Protein Folding for Everyone',
  'Fast Protein Folding',
  'A Study of Bees',
]

/** Enough other papers that none of these subjects is the whole field. */
const OTHERS = Array.from({ length: 60 }, (_, i) => `Paper ${i}`)

const papersWith = (more: Partial<Paper> = {}): Paper[] =>
  [...TITLES, ...OTHERS].map((title, i) => samplePaper({ id: i + 1, title, firstDay: DAY, ...more }))

const examplesOf = (papers: readonly Paper[]) => {
  const archive = archiveOf(papers)
  const examples = examplesFrom(archive, papers)
  return { ...examples, count: (query: string) => archive.count(archive.find(parseQuery(query))) }
}

test('`examplesFrom` names the subjects of several papers, each once', () => {
  const { topics } = examplesOf(papersWith())
  expect(topics).toEqual(['protein folding', 'state space models'])
})

test('`examplesFrom` gives the same examples for the same papers in another order', () => {
  const papers = papersWith({ authors: ['Ada Lovelace'], categories: ['cs.LG'] })
  const archive = archiveOf(papers)
  expect(examplesFrom(archive, papers.toReversed())).toEqual(examplesFrom(archive, papers))
})

test('`examplesFrom` has no topic of papers older than 30 days', () => {
  const [first, ...others] = papersWith()
  const old = others.map((paper) => ({ ...paper, firstDay: '2026-10-25' }))
  expect(examplesOf([first!, ...old]).topics).toEqual(['video games'])
})

test('`examplesFrom` shows only syntax that finds papers', () => {
  const bare = examplesOf(papersWith())
  expect(bare.syntax.map(({ kind }) => kind)).toEqual(['words', 'phrase', 'not', 'title', 'paper'])
  const rich = examplesOf(
    papersWith({
      authors: ['Ada Lovelace'],
      categories: ['cs.LG'],
      codeUrl: 'https://example.com/code',
      votes: 30,
      arxivId: '2611.00001',
    }),
  )
  const kinds = ['words', 'phrase', 'not', 'title', 'author', 'category', 'code', 'votes', 'paper']
  expect(rich.syntax.map(({ kind }) => kind)).toEqual(kinds)
  for (const { query } of [...bare.syntax, ...rich.syntax].filter(({ kind }) => kind !== 'paper'))
    expect([query, rich.count(query)]).not.toEqual([query, 0])
})

test('`examplesFrom` names the subject of a single paper if there are few papers', () => {
  const papers = [samplePaper({ title: 'Honey Bees Dance' }), samplePaper({ id: 2, title: 'Spin Ice' })]
  expect(examplesOf(papers).topics).toEqual(['honey bees dance', 'spin ice'])
})

test('`examplesFrom` has nothing to show without papers', () => {
  expect(examplesFrom(archiveOf([]), [])).toEqual(NO_EXAMPLES)
})
