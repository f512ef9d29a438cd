import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitTopics } from '../../../../src/queries/language/split-topics.ts'
import { computedMs } from '../../../support/computed-ms.ts'

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
  // a wrapped abstract, then a topic; lines that only look like it
  [
    'Diffusion models generate images of high quality, but\nthey need many steps. We show how fewer steps suffice\nif each is learned.\n\nworld models',
    [
      'Diffusion models generate images of high quality, but they need many steps. We show how fewer steps suffice if each is learned.',
      'world models',
    ],
  ],
  [
    'reinforcement learning agents for navigation of the web\ngraph neural networks for the discovery of drugs',
    [
      'reinforcement learning agents for navigation of the web',
      'graph neural networks for the discovery of drugs',
    ],
  ],
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
  // NOT applies to each topic before it
  ...[
    'machine learning, but not robotics',
    'LLM, excluding robotics',
    'LLM, excluding robotics, vision and speech',
    'LLMs except vision',
    'LLMs except for vision, robotics',
    'diffusion models, without video',
    'diffusion models, not video',
    'LLM, NOT robotics',
    '(red, green), not "blue, black"',
    'Find papers on large language models, excluding surveys',
    'I am interested in integrated photonics, but not in lithium niobate',
    'Find papers on agents, tools, not surveys. I work on planning. Do not send, please, robots',
    // text that explains a topic is not another one
    'diffusion models, especially video',
    'diffusion models, in particular of video',
    'PEFT, e.g. LoRA',
    'generative models, such as GANs, VAEs',
    'How to adapt models, such as GANs, VAEs?',
  ].map((topic): [string, string[]] => [topic, [topic]]),
  ['LLM; diffusion, not video; RAG', ['LLM', 'diffusion, not video', 'RAG']],
  ['Models that repair code; no surveys', ['Models that repair code, no surveys']],
  ['LLM, RAG, but not robotics', ['LLM, but not robotics', 'RAG, but not robotics']],
  ['LLM, RAG except vision, robotics', ['LLM', 'RAG except vision, robotics']],
  ['LLM but not robotics, RAG', ['LLM but not robotics', 'RAG']],
  ['LLM, diffusion models, especially video, and RAG', ['LLM', 'diffusion models, especially video', 'RAG']],
  ['LLM, including but not limited to agents', ['LLM, including but not limited to agents']],
  ['especially video, LLM', ['especially video', 'LLM']],
  ['cs.LG, cs.CL', ['cs.LG', 'cs.CL']],
  // what is written in the query language is no sentence
  ['author:LeCun, "world model" -robot, with', ['author:LeCun', '"world model" -robot', 'with']],
])('%j', (text, topics) => expect(splitTopics(text)).toEqual(topics))

test('splitTopics of each topic is that topic', () => {
  const words = fc.constantFrom(
    ...[
      'LLM',
      'robots',
      'How',
      'for',
      'to',
      'models',
      'but',
      'not',
      'excluding',
      'except',
      'without',
      'especially',
    ],
    ...['NOT', 'e.g.', '"a, b"', '(c; d)', 'learn?', 'and', ',', ',', ';', '.'],
  )
  fc.assert(
    fc.property(fc.array(words, { maxLength: 14 }), (pieces) => {
      for (const topic of splitTopics(pieces.join(' '))) expect(splitTopics(topic)).toEqual([topic])
    }),
    { numRuns: 2000 },
  )
})

test('splitTopics splits long lines in linear time', () => {
  const start = computedMs()
  for (const piece of ['a, not b, ', 'a except b, ', 'a; no b', '(', 'x, especially y, ', 'and but '])
    expect(splitTopics(piece.repeat(20_000)).length).toBeGreaterThan(0)
  expect(computedMs() - start).toBeLessThan(5_000)
})

test('splitTopics keeps all text after an unclosed quote', () =>
  expect(splitTopics('a "b, c').join(', ')).toBe('a "b, c'))

test('splitTopics returns topics without separators unchanged', () => {
  const topic = fc.stringMatching(/^[a-z]([a-z ]{0,8}[a-z])?$/).map((text) => text.replace(/ +/g, ' '))
  const separator = fc.constantFrom(',', ' , ', ';', '\n', ',,')
  fc.assert(
    fc.property(fc.uniqueArray(topic), separator, (topics, between) => {
      expect(splitTopics(topics.join(between))).toEqual(topics)
    }),
  )
})

test.each([',', ', ', '，', ';', 'a,', '«', ' except a', ', not a', ', especially a', '(', '\na'])(
  'splitTopics splits a hundred thousand characters of %j at once',
  (sign) => {
    const begun = computedMs()
    splitTopics(`a, but not b${sign.repeat(95_000 / sign.length)}x`)
    expect(computedMs() - begun).toBeLessThan(1000)
  },
)
