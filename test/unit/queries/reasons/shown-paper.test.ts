import { expect, test } from 'vitest'
import { fill, listed, words } from '../../../../src/i18n/words.ts'
import type { Paper } from '../../../../src/papers/paper.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { evaluate } from '../../../../src/queries/matching/evaluate.ts'
import { nearnessOf } from '../../../../src/queries/reasons/nearness.ts'
import { beyondTitleText, reasonText } from '../../../../src/queries/reasons/reason-text.ts'
import {
  additionKey,
  showClose,
  type TextRun,
  toShownPaper,
  withAddition,
} from '../../../../src/queries/reasons/shown-paper.ts'
import { toPaperText } from '../../../../src/queries/text/tokens.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

const ABSTRACT =
  'Transformers are slow, e.g. RNNs are not. We study linear attention in models. ' +
  'Among the many experiments that we ran over more than a year on all of the tasks that anybody in the field has ever heard of, each shows more gains than any other. Last.'

/** As a query finds it, with [ ] around what is marked. */
function shown(changes: Partial<Paper>, query: string) {
  const paper = samplePaper({ title: 'On Speed', abstract: ABSTRACT, ...changes })
  const asShown = toShownPaper(paper, evaluate(parseQuery(query), toPaperText(paper)))
  const { title, snippet, isSummary, organization } = asShown
  const shownRuns = (runs: readonly TextRun[]) =>
    runs.map(({ text, marked }) => (marked ? `[${text}]` : text)).join('')
  return {
    title: shownRuns(title),
    sentence: shownRuns(snippet),
    reason: asShown.reason,
    beyondTitle: beyondTitleText(asShown),
    isSummary,
    organization,
  }
}

test('toShownPaper shows the summary of the source if there is one, with the words that matched elsewhere', () => {
  const summary = 'Attentions that are linear make a model fast.'

  expect(shown({ summary, organization: 'Z.ai' }, 'attention model speed')).toMatchObject({
    sentence: '[Attentions] that are linear make a [model] fast.',
    reason: { kind: 'match', found: { title: ['speed'], abstract: ['attention', 'model'] } },
    isSummary: true,
    organization: 'Z.ai',
  })
})

test('toShownPaper otherwise shows one sentence of the abstract; the reason names what it lacks', () => {
  expect(shown({}, 'attention experiments')).toMatchObject({
    sentence: 'We study linear [attention] in models.',
    reason: { kind: 'match', found: { abstract: ['attention', 'experiments'] } },
    isSummary: undefined,
    organization: undefined,
  })
})

test('toShownPaper marks the words in the sentence of the abstract, also those of a query for the title', () => {
  const did =
    'In this paper, we propose linear attention that needs constant memory for a text of any length.'
  const abstract = `Attention over long texts is slow, and parallel. ${did} Experiments show that it is fast.`
  const marked = did.replace('attention', '[attention]')

  expect(shown({ abstract }, 'attention parallel').sentence).toBe(marked)
  expect(shown({ abstract, title: 'Attention' }, 'title:attention').sentence).toBe(marked)
})

test('toShownPaper does not search the summary', () => {
  const paper = samplePaper({ summary: 'Only here: zeolites.' })
  expect(evaluate(parseQuery('zeolites'), toPaperText(paper))).toBeNull()
})

test('toShownPaper shows nothing without summary and abstract', () => {
  expect(shown({ abstract: '' }, 'speed').sentence).toBe('')
  expect(shown({ summary: 'word '.repeat(400) }, 'speed').sentence).toBe(
    'We study linear attention in models.',
  )
})

test('toShownPaper marks words everywhere, and adjacent ones as one', () => {
  const { title, sentence } = shown(
    { title: 'Reward Models, and More Reward', summary: 'A reward model of reward models.' },
    'reward model',
  )
  expect(title).toBe('[Reward Models], and More [Reward]')
  expect(sentence).toBe('A [reward model] of [reward models].')
})

const { beyond } = words.reason
const quoted = (term: string) => fill(beyond.term, { term })
const inAbstract = fill(beyond.abstract, { terms: quoted('attention') })
const inKeywords = fill(beyond.keyword, { terms: quoted('zeolites') })

test.each([
  ['nothing if the title shows it', 'speed', []],
  ['the words of the abstract', 'speed attention', [inAbstract]],
  ['the keywords', 'zeolites', [inKeywords]],
  ['the abstract and the keywords', 'attention zeolites', [inAbstract, inKeywords]],
  ['an author', 'speed author:lovelace', [fill(words.reason.author, { found: 'Ada Lovelace' })]],
  ['no votes, which are shown anyway', 'speed votes>=20', []],
])('beyondTitleText names %s', (_what, query, parts) => {
  const paper = { keywords: ['zeolites'], authors: ['Ada Lovelace'], votes: 30 }
  const expected = parts.length > 0 ? fill(beyond.matches, { what: listed(parts) }) : ''
  expect(shown(paper, query).beyondTitle).toBe(expected)
})

test.each([
  ['the words it has', 'linear state attention speech', ['linear', 'attention']],
  ['the words of a phrase, without “of”', '"speed of attention"', ['speed', 'attention']],
  ['words in any form, once', 'model OR "model attention"', ['model', 'attention']],
  ['one word', 'attention surveys', ['attention']],
  ['no word', 'zeolites', []],
])('toShownPaper of a close paper names %s, and marks nothing', (_what, query, terms) => {
  const paper = samplePaper({ title: 'On Speed', abstract: ABSTRACT })
  const near = nearnessOf(parseQuery(query), toPaperText(paper))
  const close = showClose(paper, near?.matches ?? [])
  const shown = withAddition(close, { closeTo: { topic: 'recurrent nets', topicId: 1 } })
  expect(shown.reason).toEqual({ kind: 'close', terms })
  const what = listed(terms) || 'reads like papers that match'
  expect(reasonText(shown)).toBe(fill(words.reason.close, { topic: 'recurrent nets', what }))
  expect(beyondTitleText(shown)).toBe(reasonText(shown))
  expect([...shown.title, ...shown.snippet].some(({ marked }) => marked)).toBe(false)
})

test('a close paper has the reason of a model after its own, and another key', () => {
  const close = showClose(samplePaper({ title: 'Recurrent nets' }), [])
  const closeTo = { topic: 'recurrent nets', topicId: 1 }
  const grade = { reason: 'Trains them faster.', by: 'reader-1' }
  const [plain, graded] = [
    withAddition(close, { closeTo }),
    withAddition(close, { closeTo: { ...closeTo, grade } }),
  ]
  expect(reasonText(graded)).toBe(`${reasonText(plain)}. ${fill(words.reason.grade, grade)}`)
  expect(additionKey(graded)).not.toBe(additionKey(plain))
})
