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
  // a list
  ['Vision-Language-Action, World Model, RAG', ['Vision-Language-Action', 'World Model', 'RAG']],
  ['vision, language, and robots', ['vision', 'language', 'robots']],
  ['vision, AND robots', ['vision', 'AND robots']],
  [
    'diffusion models for medical images, graph networks for drug discovery',
    ['diffusion models for medical images', 'graph networks for drug discovery'],
  ],
  ['I am interested in world models, RAG, and agents', ['I am interested in world models', 'RAG', 'agents']],
  ['in-context learning, on-policy distillation', ['in-context learning', 'on-policy distillation']],
  ['https://arxiv.org/abs/2507.06457, doi:10.1000/1', ['https://arxiv.org/abs/2507.06457', 'doi:10.1000/1']],
  // one sentence
  ...[
    'I am interested in integrated photonics, especially lithium niobate',
    'How to learn representations, and policies for robots, from videos?',
    'Diffusion models for images, such as latent diffusion',
    'We look at agents. Score them by cost, latency; and by memory',
    'Please find work on point processes (marked; spatio-temporal), event prediction with neural networks',
    '请帮我查找图像融合相关的论文，重点关注在微调过程中如何引入安全对齐数据。',
  ].map((sentence): [string, string[]] => [sentence, [sentence]]),
  [
    'How to learn, in videos?\nWhat is RAG, and for whom?',
    ['How to learn, in videos?', 'What is RAG, and for whom?'],
  ],
  // what is written in the query language is no sentence
  ['author:LeCun, "world model" -robot, with', ['author:LeCun', '"world model" -robot', 'with']],
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
