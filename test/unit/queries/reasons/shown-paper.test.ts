import { expect, test } from 'vitest'
import type { Paper } from '../../../../src/papers/paper.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { evaluate } from '../../../../src/queries/matching/evaluate.ts'
import { plainParts, toShownPaper } from '../../../../src/queries/reasons/shown-paper.ts'
import { toPaperText } from '../../../../src/queries/text/tokens.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

const ABSTRACT =
  'Transformers are slow, e.g. RNNs are not. We study linear attention in models. ' +
  'Of the many experiments that we ran over more than a year on all of the tasks that anybody in the field has ever heard of, each shows more gains than any other. Last.'

/** As a query finds it, with [ ] around what is marked. */
function shown(changes: Partial<Paper>, query: string) {
  const paper = samplePaper({ title: 'On Speed', abstract: ABSTRACT, ...changes })
  const text = toPaperText(paper)
  const { snippet, reason, isSummary, organization } = toShownPaper(
    paper,
    evaluate(parseQuery(query), text),
    plainParts(paper, text),
  )
  const sentence = snippet.map(({ text, marked }) => (marked ? `[${text}]` : text)).join('')
  return { sentence, reason, isSummary, organization }
}

test('the summary of the source is shown where there is one, with the words that matched elsewhere', () => {
  const summary = 'Attentions that are linear make a model fast.'

  expect(shown({ summary, organization: 'Z.ai' }, 'attention model speed')).toEqual({
    sentence: '[Attentions] that are linear make a [model] fast.',
    reason: 'Matched: speed, in the title; attention and model, in the abstract',
    isSummary: true,
    organization: 'Z.ai',
  })
})

test('otherwise whole sentences of the abstract; the reason names what they lack', () => {
  expect(shown({}, 'attention experiments')).toEqual({
    sentence: 'Transformers are slow, e.g. RNNs are not. We study linear [attention] in models.',
    reason: 'Matched: attention and experiments, in the abstract',
    isSummary: undefined,
    organization: undefined,
  })
})

test('two sentences of the abstract are marked where they contain the words, and nowhere else', () => {
  const did =
    'In this paper, we propose linear attention that needs constant memory for a text of any length.'
  const how = 'Its state follows a gated delta rule, which runs in parallel.'
  const found = 'Experiments on five benchmarks show that it outperforms strong baselines by 3.2 points.'
  const abstract = `Attention over long texts is slow, and parallel. ${did} ${how} ${found}`

  expect(shown({ abstract }, 'attention parallel benchmark').sentence).toBe(
    `${did.replace('attention', '[attention]')} … ${found.replace('benchmarks', '[benchmarks]')}`,
  )
  expect(shown({ abstract, title: 'Attention' }, 'title:attention').sentence).toBe(`${did} … ${found}`)
})

test('the summary is not searched', () => {
  const paper = samplePaper({ summary: 'Only here: zeolites.' })
  expect(evaluate(parseQuery('zeolites'), toPaperText(paper))).toBeNull()
})

test('without summary and abstract nothing is shown', () => {
  expect(shown({ abstract: '' }, 'speed').sentence).toBe('')
  expect(shown({ summary: 'word '.repeat(400) }, 'speed').sentence).toMatch(/^Transformers/)
})
