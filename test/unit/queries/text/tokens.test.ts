import { describe, expect, test } from 'vitest'
import { plainText } from '../../../../src/papers/text/plain-text.ts'
import { foldAccents, transcribed } from '../../../../src/queries/text/fold.ts'
import { acronymOf, isStopWord, tokensOf, type WordKind } from '../../../../src/queries/text/tokens.ts'

const keys = (text: string, kind?: WordKind) => tokensOf(text, kind).map(({ key }) => key)

describe('the words of a text', () => {
  test.each([
    ['Vision-Language models', ['vision', 'languag', 'model']],
    [
      'vision\u2010language vision–language vision/language',
      ['vision', 'languag', 'vision', 'languag', 'vision', 'languag'],
    ],
    ['GPT-4o and C++, C#; 3D', ['gpt', '4o', 'and', 'c++', 'c#', '3d']],
    ['pass^k, π^3, G² and x_1, not x_train', ['passk', 'π3', 'g2', 'and', 'x1', 'not', 'x', 'train']],
    ['CO_2, NO_x, (MSO_2), H_2O, a_b_c', ['co2', 'nox', 'mso', '2', 'h2o', 'a', 'b', 'c']],
    ['Qwen2.5 in v1.2.3. Then 4.', ['qwen2.5', 'in', 'v1.2.3', 'then', '4']],
    ["the model's weights, the models’ too", ['the', 'model', 'weight', 'the', 'model', 'too']],
    ['Rényi Łukasz ﬁne ＡＢ', ['renyi', 'lukasz', 'fine', 'ab']],
    ['Σ is not σ, ΟΔΟΣ ends in ς', ['σ', 'is', 'not', 'σ', 'οδοσ', 'end', 'in', 'σ']],
    ['G² of 10⁶', ['g2', 'of', '106']],
    ['LLM LLMs llms GPUs gpus RNAs corpus', ['llm', 'llm', 'llm', 'gpu', 'gpu', 'rna', 'corpus']],
    ['studies studied studying', ['studi', 'studi', 'studi']],
    ['语言模型 model', ['语言模型', 'model']],
    ['snake_case', ['snake', 'case']],
    ['— … &', []],
    ['', []],
  ])('%j', (text, expected) => expect(keys(text)).toEqual(expected))

  test('throw for a missing text', () => expect(() => keys(undefined as never)).toThrow('no text'))

  test.each(['CO_2', 'NO_2', 'NO_x', 'H_2O', 'x_1', 'β_t', 'a_b_c', 'V_0.5', 'imo_1962_p2', 'MSO_2'])(
    'a query for %s has the words of a paper with it',
    (text) => expect(keys(text)).toEqual(keys(plainText(`of ${text}, at`)).slice(1, -1)),
  )

  test('keep the endings of names', () =>
    expect(keys('Jones Williams', 'names')).toEqual(['jones', 'williams']))

  test('have their range in the text', () => {
    const text = 'A Rényi-like C++'
    expect(tokensOf(text).map(({ start, end, folded }) => [text.slice(start, end), folded])).toEqual([
      ['A', 'A'],
      ['Rényi', 'Renyi'],
      ['like', 'like'],
      ['C++', 'C++'],
    ])
  })
})

test.each([
  ['RAG', 'RAG'],
  ['RAGs', 'RAG'],
  ['ToM', 'ToM'],
  ['LLMs', 'LLM'],
  ['DoS', 'DoS'],
  ['MLLMs', 'MLLM'],
  ['xLSTMs', 'xLSTM'],
  ['Rag', null],
  ['rag', null],
  ['A', null],
  ['Ks', null],
  ['GPT4', null],
  ['NVIDIA', null],
])('the acronym of %s is %s', (word, acronym) => expect(acronymOf(word)).toBe(acronym))

test.each([
  ['the', true],
  ['The', true],
  ['of', true],
  ['IT', false],
  ['model', false],
  ['few', false],
  ['out', false],
  ['self', false],
])('isStopWord of %s is: %s', (word, stop) => expect(isStopWord(word)).toBe(stop))

test.each([
  ['Erdős–Rényi', 'Erdos–Renyi'],
  ['Øystein Æther Straße ıŁ', 'Oystein AEther Strasse iL'],
  ['plain', 'plain'],
])('%s folds to %s', (text, folded) => expect(foldAccents(text)).toBe(folded))

test.each([
  ['Müller', 'Mueller'],
  ['Mu\u0308ller', 'Mueller'],
  ['Schrödinger', 'Schroedinger'],
  ['Ångström', 'Aangstroem'],
  ['Bjørn', 'Bjoern'],
  ['Élan', undefined],
  ['Straße', undefined],
  ['queue', undefined],
])('%s is transcribed to %s', (word, other) => expect(transcribed(word)).toBe(other))
