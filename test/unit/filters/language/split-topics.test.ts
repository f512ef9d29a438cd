import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitTopics } from '../../../../src/filters/language/split-topics.ts'

test.each<[text: string, topics: string[]]>([
  ['', []],
  [' , ;\n', []],
  ['diffusion', ['diffusion']],
  ['diffusion, linear attention; RAG\nagents', ['diffusion', 'linear attention', 'RAG', 'agents']],
  ['a\r\nb', ['a', 'b']],
  ['扩散模型，强化学习；代理', ['扩散模型', '强化学习', '代理']],
  ['"red, green" OR blue, other', ['"red, green" OR blue', 'other']],
  ['“red; green”, other', ['“red; green”', 'other']],
  ['«red; green», other', ['«red; green»', 'other']],
  ['(red, (green; blue)), other', ['(red, (green; blue))', 'other']],
  ['b, a, b', ['b', 'a']],
  ['  two   blanks ,  x ', ['two blanks', 'x']],
  ['a\u200bb\u0000c', ['ab c']],
  // what is never closed goes to the parser whole, which says so
  ['a (b, c', ['a (b, c']],
  ['a) b, c', ['a) b', 'c']],
  ["it's, other's", ["it's", "other's"]],
])('%j', (text, topics) => expect(splitTopics(text)).toEqual(topics))

test('an unclosed quote loses nothing that was typed', () =>
  expect(splitTopics('a "b, c').join(', ')).toBe('a "b, c'))

test('topics without separators come back as they went in', () => {
  const topic = fc.stringMatching(/^[a-z]([a-z ]{0,8}[a-z])?$/).map((text) => text.replace(/ +/g, ' '))
  const separator = fc.constantFrom(',', ' , ', ';', '\n', ',,')
  fc.assert(
    fc.property(fc.uniqueArray(topic), separator, (topics, between) => {
      expect(splitTopics(topics.join(between))).toEqual(topics)
    }),
  )
})
