import { describe, expect, test } from 'vitest'
import { describeQuery } from '../../../../src/queries/language/describe-query.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { isSentence, keyTerms, parseSentence } from '../../../../src/queries/language/sentence.ts'

describe('a sentence is read as its rare words', () => {
  test.each<[text: string, understood: string]>([
    [
      'How to learn better latent representations for robot manipulation policies?',
      'at least 3 of: latent, representations, robot, manipulation, policies',
    ],
    [
      'I am interested in integrated photonics, especially lithium niobate',
      'at least 3 of: integrated, photonics, lithium, niobate',
    ],
    [
      'Test-time adaptation for image segmentation',
      'at least 3 of: “Test-time”, adaptation, image, segmentation',
    ],
    [
      'heterogeneous graph neural networks for drug target interaction',
      'at least 4 of: heterogeneous, graph, “neural networks”, drug, target, interaction',
    ],
    [
      'graph partitioning using reinforcement learning',
      'at least 2 of: graph, partitioning, “reinforcement learning”',
    ],
    ['state of the art methods in symbolic regression', 'symbolic and regression'],
    [
      'Find papers on large language models, excluding surveys',
      'the phrase “large language models”, but not surveys',
    ],
    [
      'I am interested in integrated photonics on chips for sensing, but not in lithium niobate or lasers',
      '(at least 3 of: integrated, photonics, chips, sensing), but not ((lithium and niobate) or lasers)',
    ],
    ['What helps agents to plan, not to act?', 'at least 2 of: agents, plan, act'],
    ['multimodal reinforcement learning papers', 'multimodal and the phrase “reinforcement learning”'],
    ['papers about RAG', 'RAG'],
    ['What is out?', 'out'],
    [
      'Robust test-time adaptation (TTA) of VLA models',
      'at least 3 of: Robust, “test-time”, adaptation, TTA, VLA',
    ],
    [
      'Find papers on point processes (marked or spatial)',
      'at least 2 of: “point processes”, marked, spatial',
    ],
  ])('%s', (text, understood) => expect(describeQuery(parseQuery(text))).toBe(`Papers with ${understood}`))

  test('requires more than half of them, and never more than four', () => {
    const sentenceOf = (count: number) =>
      `How do ${Array.from({ length: count }, (_, i) => `word${'abcdefghijkl'[i]}`).join(' ')} work?`
    const least = (count: number) => {
      const tree = parseSentence(sentenceOf(count))!
      return tree.kind === 'some' ? [tree.least, tree.parts.length] : tree.kind
    }
    expect([1, 2, 3, 4, 5, 6, 7, 12].map(least)).toEqual([
      'word',
      'term',
      [2, 3],
      [3, 4],
      [3, 5],
      [4, 6],
      [4, 7],
      [4, 12],
    ])
  })

  test('takes the most frequent terms of a long text, in its order', () => {
    const others = Array.from({ length: 14 }, (_, i) => `other${'abcdefghijklmn'[i]}`).join(', ')
    const terms = keyTerms(`${others}; photonics, lasers and photonics, lasers`)
    expect(terms).toHaveLength(12)
    expect(terms.slice(-2)).toEqual(['photonics', 'lasers'])
  })

  test('may contain signs of the query language', () => {
    const prose =
      'IMPORTANT: a paper is relevant if it matches ANY of these. It does NOT need all of them. I work on lithium ' +
      'niobate (LNOI / TFLN), on frequency conversion - SPDC, SFWM - and "quantum photonics". Deprioritize: teaching.'
    expect(keyTerms(prose)).toEqual([
      ...[
        'lithium',
        'niobate',
        'LNOI',
        'TFLN',
        'frequency',
        'conversion',
        'SPDC',
        'SFWM',
        'quantum',
        'photonics',
      ],
    ])
    expect(parseQuery(prose)).toMatchObject({ kind: 'some', least: 4 })
  })
})

describe('a sentence in brackets is a part of a query', () => {
  const sentence = 'How to learn better latent representations for robot manipulation policies?'
  const understood = '(at least 3 of: latent, representations, robot, manipulation, policies)'
  const long = `${sentence} I work on lithium niobate, on squeezing of light and on entanglement in the laboratory.`

  test.each<[text: string, understood: string]>([
    [`(${sentence}) -survey`, `${understood}, but not survey`],
    [`(${sentence}) OR author:"Albert Gu"`, `${understood} or the author Albert Gu`],
    ['title:(papers about world models)', 'a title with the phrase “world models”'],
    ['author:(papers about models)', 'the author papers, the author about and the author models'],
  ])('%s', (text, words) => expect(describeQuery(parseQuery(text))).toBe(`Papers with ${words}`))

  test('may be long', () =>
    expect(parseQuery(`(${long}) -survey`)).toEqual({
      kind: 'and',
      parts: [parseQuery(long), { kind: 'not', part: parseQuery('survey') }],
    }))
})

describe('keywords and queries are not sentences', () => {
  test.each([
    'linear attention',
    'linear attention for vision',
    'Point of Interest Recommendation',
    'unmanned aerial vehicle safety control barrier function',
    'human in the loop',
    'Vision and Language and Action and World and Model',
    'linear attention or state space models for long context',
    'vision models of robots not survey of humans',
    '"linear attention" for models of long context',
    'linear attention for models (with long context)',
    'title:attention for models of long context',
    'what about votes>=20 for agents of the world',
    'to be or not to be',
    'find attention',
    '("mixture of experts" OR "state of the art" OR routing) AND (language OR vision OR speech OR robots OR agents) AND NOT survey',
  ])('%s', (text) => expect(isSentence(text)).toBe(false))
})

test.each([
  ['learning with robots', ['robots']],
  ['deep learning of proteins', ['deep learning', 'proteins']],
  ['learning', ['learning']],
])('keyTerms leaves out words that need the one before, unless there are no others: %s', (text, terms) =>
  expect(keyTerms(text)).toEqual(terms),
)
