import { expect, test } from 'vitest'
import { indexedPaperText } from '../../../../src/queries/matching/indexed-text.ts'
import { PaperIndex } from '../../../../src/queries/matching/paper-index.ts'
import { toPaperText } from '../../../../src/queries/text/tokens.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

const paper = samplePaper({
  title: 'Émile’s vision-language G^2 agents',
  abstract: 'Agents, agent and RAGs in C++ at 2.5 m/s. Our code is available at https://a.example/b. Agents.',
})

const index = new PaperIndex()
index.upsert([samplePaper({ id: 90, title: 'An agent' }), paper])

test.each(['title', 'abstract'] as const)('the %s has the tokens and positions of the text', (part) => {
  const [known, read] = [indexedPaperText(paper, index)[part], toPaperText(paper)[part]]
  const keys = [...new Set(read.tokens.map(({ key }) => key)), 'absent']
  for (const key of keys) expect(known.positionsOf(key)).toEqual(read.positionsOf(key))
  expect(known.tokens).toEqual(read.tokens)
})

test('indexedPaperText reads texts that differ from those in the index', () => {
  const changed = { ...paper, title: 'Robots' }
  expect(indexedPaperText(changed, index).title.positionsOf('robot')).toEqual([0])
})
