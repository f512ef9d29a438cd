import { expect, test } from 'vitest'
import { asSingleTopic } from '../../../../src/queries/language/edit-query.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { splitTopics } from '../../../../src/queries/language/split-topics.ts'
import type { Leaf } from '../../../../src/queries/query.ts'

const LG: Leaf = { kind: 'category', value: 'cs.LG' }
const CODE: Leaf = { kind: 'has-code' }

test.each<[query: string, more: Leaf[], text: string | null]>([
  ['linear attention', [], 'linear attention'],
  [' “linear   attention”\n', [], '“linear attention”'],
  ['linear, attention', [], 'linear attention'],
  ['mamba; (vision, video)', [], 'mamba AND vision video'],
  ['mamba', [LG], 'mamba cat:cs.LG'],
  ['mamba OR rwkv', [LG, CODE], '(mamba OR rwkv) cat:cs.LG has:code'],
  ['mamba, rwkv', [LG], '(mamba, rwkv) cat:cs.LG'],
  ['https://arxiv.org/abs/2507.06457', [], 'https://arxiv.org/abs/2507.06457'],
])('%j with %j is the topic %j', (query, more, text) => {
  expect(asSingleTopic(query, more)).toBe(text)
  const meant = parseQuery(query)
  const parts = meant.kind === 'and' ? meant.parts : [meant]
  expect(splitTopics(text!)).toHaveLength(1)
  expect(parseQuery(text!)).toEqual(more.length > 0 ? { kind: 'and', parts: [...parts, ...more] } : meant)
})

test('asSingleTopic refuses what no text can say', () => {
  const long = Array.from({ length: 240 }, (_, n) => `word${n}`).join(' ')
  expect(asSingleTopic(long, [])).toBe(long)
  expect(asSingleTopic(`${long} ${'x'.repeat(2000 - long.length - 2)}`, [LG])).toBeNull()
})
