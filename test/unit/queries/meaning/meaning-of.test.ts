import { expect, test } from 'vitest'
import { describeQuery } from '../../../../src/queries/language/describe-query.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { evaluate } from '../../../../src/queries/matching/evaluate.ts'
import { meaningOf } from '../../../../src/queries/meaning/meaning-of.ts'
import { NO_USAGE } from '../../../../src/queries/meaning/usage.ts'
import { toPaperText } from '../../../../src/queries/text/tokens.ts'
import { samplePaper } from '../../../support/sample-paper.ts'
import { usageOf } from '../../../support/usage-of.ts'

const FAR = `agent ${'x '.repeat(12)} models`
/** Papers in which "world" and "models" are common, "chemistry" is rare, and LLM has a long form. */
const usage = usageOf(
  Array.from({ length: 1000 }, (_, i) =>
    samplePaper({
      id: i + 1,
      firstDay: '2026-11-24',
      title: i % 100 === 0 ? 'World models' : 'Agents',
      abstract:
        i < 10
          ? 'We use a large language model (LLM).'
          : i < 14
            ? 'Agents for chemistry.'
            : i < 16
              ? 'Attention by Gu. Robots may dance.'
              : i < 21
                ? 'A knowledge graph (KG) of robots that weigh 2 kg.'
                : 'An agent.',
    }),
  ),
)

const matches = (query: string, paper: { title?: string; abstract?: string; authors?: string[] }): boolean =>
  evaluate(
    meaningOf(parseQuery(query), usage),
    toPaperText(samplePaper({ title: 'x', abstract: '', ...paper })),
  ) !== null

test.each([
  ['agent models', { abstract: FAR }, true],
  ['agent models', { title: 'Agents', abstract: 'models' }, true],
  ['agent models', { title: 'Agents' }, false],
  ['"world models"', { abstract: 'models of the world' }, false],
  ['title:(agent models)', { abstract: 'models of the agent' }, false],
  ['title:(agent models)', { title: 'Models of the agent' }, true],
  ['vision -(agent models)', { title: 'Vision', abstract: FAR }, false],
])('the meaning of words: %s in %j: %j', (query, paper, expected) =>
  expect(matches(query, paper)).toBe(expected),
)

test.each([
  ['LLM', { abstract: 'Large language models.' }, true],
  ['LLMs', { abstract: 'A large-language model.' }, true],
  ['llm', { abstract: 'Large language models.' }, true],
  ['llms', { abstract: 'Large language models.' }, true],
  ['KG', { abstract: 'Knowledge graphs.' }, true],
  ['kg', { abstract: 'Knowledge graphs.' }, false],
  ['Llm', { abstract: 'Large language models.' }, false],
  ['"LLM"', { abstract: 'Large language models.' }, false],
  ['large language models', { abstract: 'LLMs are here.' }, true],
  ['large-language-model', { abstract: 'LLMs are here.' }, true],
  ['"large language models"', { abstract: 'LLMs are here.' }, false],
  ['large language model chemistry', { abstract: 'LLMs in chemistry.' }, true],
  ['title:LLM', { title: 'Large language models' }, true],
  ['vision -LLM', { title: 'Vision and large language models' }, false],
  ['RAG', { abstract: 'Retrieval-augmented generation.' }, false],
])('the meaning of an acronym: %s in %j: %j', (query, paper, expected) =>
  expect(matches(query, paper)).toBe(expected),
)

test.each([
  ['gu', { authors: ['Albert Gu'] }, true],
  ['albert gu', { authors: ['Albert Gu'] }, true],
  ['"Albert Gu"', { authors: ['Albert Gu'] }, true],
  ['"gu"', { authors: ['Albert Gu'] }, false],
  ['"gu"', { abstract: 'Attention by Gu.' }, true],
  // a common word is no name
  ['agent', { authors: ['James Agent'] }, false],
  ['world models', { authors: ['World Models'] }, false],
  ['vision -gu', { title: 'Vision', authors: ['Albert Gu'] }, true],
])('the meaning of a name: %s in %j: %j', (query, paper, expected) =>
  expect(matches(query, paper)).toBe(expected),
)

test.each([
  [{ abstract: 'LLM agents play games.' }, true],
  [{ abstract: 'Agents for chemistry.' }, true],
  [{ abstract: 'Chemistry.' }, false],
])('a sentence matches most of its key words: %j: %j', (paper, expected) =>
  expect(matches('Papers on LLM agents for chemistry', paper)).toBe(expected),
)

test.each([
  'world models',
  'robots dance',
  'LLM agents',
  'gu OR world models -LLM',
  'large language model agents chemistry reaction synthesis planning benchmark evaluation retrosynthesis',
  'Papers on LLM agents for chemistry',
])('the meaning of a meaning is the same: %s', (query) => {
  const meaning = meaningOf(parseQuery(query), usage)
  expect(meaningOf(meaning, usage)).toEqual(meaning)
})

test.each([
  ['agent models', 'Papers with agent and models'],
  ['LLM', 'Papers with LLM (also large language model)'],
  ['robots dance', 'Papers with robots and dance'],
  [
    'Papers on LLM agents for chemistry',
    'Papers with at least 2 of: LLM (also large language model), agents, chemistry',
  ],
])('the meaning of %s in words: %s', (query, expected) =>
  expect(describeQuery(meaningOf(parseQuery(query), usage))).toBe(expected),
)

test('without papers, the meaning of a query is the query', () => {
  const query = parseQuery('title:(world models) cat:cs.LG')
  expect(meaningOf(query, NO_USAGE)).toEqual({
    kind: 'and',
    parts: [
      { kind: 'word', field: 'title', text: 'world' },
      { kind: 'word', field: 'title', text: 'models' },
      { kind: 'category', value: 'cs.LG' },
    ],
  })
})

/** Papers with "mixture of experts" (MoE), "in-context learning", "world models" and "glass towers". */
const terms = usageOf(
  Array.from({ length: 200 }, (_, i) =>
    samplePaper({
      id: i + 1,
      firstDay: '2026-11-24',
      title: 'Worlds and other models',
      abstract:
        i < 60
          ? 'A mixture of experts (MoE) for in-context learning in world models. Glass towers.'
          : 'Experts learn a mixture of context.',
    }),
  ),
)

test.each([
  ['mixture of experts', 'the phrase “mixture of experts” (also MoE)'],
  ['MoE', 'MoE (also mixture of experts)'],
  ['sparse mixture of experts', 'sparse and the phrase “mixture of experts” (also MoE)'],
  ['in-context learning', 'the phrase “in-context learning”'],
  ['world models', 'the phrase “world models”'],
  ['World Model OR robots', 'the phrase “World Model” or robots'],
  ['title:(world models)', 'a title with the phrase “world models”'],
  ['models world', 'models and world'],
  ['world AND models', 'world and models'],
  ['"experts mixture"', 'the phrase “experts mixture”'],
  [
    'How do robots plan with glass towers in kitchens at night?',
    'enough of these: robots, plan, “glass towers”, kitchens, night',
  ],
  [
    'I work on a mixture of experts (MoE) for kitchens.',
    'the phrase “mixture of experts” (also MoE) and kitchens',
  ],
])('known terms are phrases: %s: %s', (query, expected) =>
  expect(describeQuery(meaningOf(parseQuery(query), terms))).toBe(`Papers with ${expected}`),
)

test.each([
  ['Robots with glass towers at night.', true],
  ['Robots in towers of glass at night.', false],
  ['Robots plan in kitchens at night.', true],
])('a term in a sentence is read as its words: %s: %j', (abstract, expected) =>
  expect(
    evaluate(
      meaningOf(parseQuery('How do robots plan with glass towers in kitchens at night?'), terms),
      toPaperText(samplePaper({ title: 'x', abstract })),
    ) !== null,
  ).toBe(expected),
)

test('a common acronym has another meaning once its long form is learned', () => {
  const papers = Array.from({ length: 100 }, (_, i) => samplePaper({ id: i + 1, abstract: 'An LLM.' }))
  const query = parseQuery('LLM')
  expect(describeQuery(meaningOf(query, usageOf(papers)))).toBe('Papers with LLM')
  expect(describeQuery(meaningOf(query, usage))).toBe('Papers with LLM (also large language model)')
})
