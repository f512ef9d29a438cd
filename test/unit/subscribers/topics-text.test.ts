import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Fault } from '../../../src/core/errors.ts'
import { cleanText } from '../../../src/queries/language/split-topics.ts'
import type { TopicText } from '../../../src/subscribers/subscriber.ts'
import { formatTopicsText, isTopicsText, parseTopicsText } from '../../../src/subscribers/topics-text.ts'

const FILE = `# What I follow

[Efficiency]
"KV cache" OR quantization

world model
\uFEFFHow to learn, in videos?
diffusion, RAG
# an old one
[Comma]
alpha, beta
\\[x] -survey
\\#llm
2507.06457
world model
`

test('`parseTopicsText` reads a query from each line, with its name above it', () => {
  const plain = (query: string): TopicText => ({ name: query, query })
  expect(parseTopicsText(FILE.replaceAll('\n', '\r\n'))).toEqual([
    { name: 'Efficiency', query: '"KV cache" OR quantization' },
    plain('world model'),
    plain('How to learn, in videos?'),
    plain('diffusion'),
    plain('RAG'),
    { name: 'Comma', query: 'alpha, beta' },
    plain('[x] -survey'),
    plain('#llm'),
    plain('2507.06457'),
  ])
})

test('`formatTopicsText` writes topics with the names that they have', () => {
  const topics = [
    { name: 'RAG', query: 'RAG' },
    { name: 'Efficiency', query: '"KV cache"' },
    { name: '#llm', query: '#llm' },
  ]
  expect(formatTopicsText(topics)).toBe(
    '# Topics: one query per line, with its name in [brackets] on the line above\n\nRAG\n\n[Efficiency]\n"KV cache"\n\n\\#llm\n',
  )
})

test.each([
  ['[Name]', 'Name'],
  ['[One]\n[Two]\nx', 'One'],
  ['x\n[Last]\n# nothing', 'Last'],
])('`parseTopicsText` refuses a name without a query: %j', (text, name) => {
  const thrown = (() => {
    try {
      return parseTopicsText(text)
    } catch (error) {
      return error
    }
  })()
  expect(thrown).toBeInstanceOf(Fault)
  expect(thrown).toMatchObject({ code: 'topics.no-query', values: { name } })
})

test.each<[text: string, is: boolean]>([
  [FILE, true],
  ['# Topics\nRAG', true],
  ['[Name]\nRAG', true],
  ['RAG\nagents', false],
  ['[Name]', false],
  ['#llm\n#rag', false],
  ['[2507.06457]\n[2507.06458]', false],
  ['alpha [beta]\ngamma', false],
])('`isTopicsText` of %j is %s', (text, is) => expect(isTopicsText(text)).toBe(is))

test('`parseTopicsText` reads any topics as `formatTopicsText` wrote them', () => {
  const paper = fc.constantFrom(
    '2507.06457',
    '[2507.06457]',
    'arxiv.org/abs/2507.06457',
    'doi:10.1000/1',
    '10.1000/(a,b)',
  )
  const text = fc
    .oneof(
      fc.string({ unit: 'grapheme' }),
      fc.stringMatching(/^[\][#\\ab, ;"(]{1,8}$/),
      fc.tuple(fc.stringMatching(/^[\][\\#]{0,3}$/), paper).map((both) => both.join('')),
      fc.constantFrom('llm x', 'LLM, but not robotics', 'a, b, not c', 'especially video', 'papers'),
    )
    .map(cleanText)
    .filter(Boolean)
  const topics = fc.uniqueArray(fc.record({ name: text, query: text }), { selector: ({ query }) => query })
  fc.assert(
    fc.property(topics, (all) => {
      const named = all.map((topic, i) => (i % 2 === 0 ? topic : { ...topic, name: topic.query }))
      expect(parseTopicsText(formatTopicsText(named))).toEqual(named)
    }),
    {
      numRuns: 2000,
      examples: [
        [[{ name: '2507.06457', query: 'llm x' }]],
        [[{ name: '[2507.06457]', query: '2507.06457' }]],
        [[{ name: '\\2507.06457', query: 'x' }]],
        [[{ name: '[a]', query: '\\#b' }]],
        [
          [
            { name: ']', query: '[b]' },
            { name: 'x', query: '[2507.06457]' },
          ],
        ],
      ],
    },
  )
})
