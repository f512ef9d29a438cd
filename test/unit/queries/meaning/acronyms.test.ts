import { expect, test } from 'vitest'
import { AcronymCounter, longFormBefore } from '../../../../src/queries/meaning/acronyms.ts'

test.each([
  ['We train a large language model ', 'LLM', 'large language model'],
  ['by retrieval-augmented generation ', 'RAG', 'retrieval-augmented generation'],
  ['mixture of experts ', 'MoE', 'mixture of experts'],
  ['the Area Under the Curve ', 'AUC', 'Area Under the Curve'],
  ['our method ', 'OM', 'our method'],
  ['a vision transformer ', 'LLM', null],
  ['models (large) ', 'LLM', null],
  ['language ', 'LA', null],
])('the acronyms of %j give for %s: %j', (text, acronym, expected) =>
  expect(longFormBefore(text, acronym)).toBe(expected),
)

test('an acronym and its most frequent long form are the same', () => {
  const counter = new AcronymCounter()
  const read = (text: string, times: number) => {
    for (let i = 0; i < times; i++) counter.read(text)
  }
  read('A large language model (LLM) and large language models (LLMs) here.', 3)
  read('A flow matching (FM) loss.', 5)
  read('A foundation model (FM) here.', 5)
  read('A state space model (SSM) here.', 4)
  const { longForms, acronyms } = counter.result()
  expect([...longForms]).toEqual([['LLM', 'large language model']])
  expect([...acronyms]).toEqual([['larg languag model', 'LLM']])
})
