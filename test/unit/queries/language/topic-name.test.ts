import { describe, expect, it } from 'vitest'
import { asHeading, queryOfName, topicName, topicNames } from '../../../../src/queries/language/topic-name.ts'

const shown = (query: string): string => asHeading(topicName({ name: query, query }))

describe('a name proposed from a query', () => {
  it.each([
    ['linear attention', 'Linear attention'],
    ['"linear attention" OR "linear transformers" -survey', 'Linear attention'],
    ['"reward model" -diffusion -survey', 'Reward model'],
    ['author:"Junlin Wang"', 'By Junlin Wang'],
    ['author:Junlin Wang', 'Junlin Wang'],
    ['author:"Yann LeCun" OR author:"Geoffrey Hinton"', 'By Yann LeCun or Geoffrey Hinton'],
    ['author:Chen -survey', 'By Chen'],
    ['diffusion models votes>=20', 'Diffusion models'],
    ['diffusion models cat:cs.LG', 'Diffusion models'],
    ['author:"Albert Gu" AND mamba', 'Albert Gu and mamba'],
    ['au:del_maestro ANDNOT (ti:checkerboard OR ti:Pyrochlore)', 'By del maestro'],
    ['diffusion OR robotics OR "reinforcement learning"', 'Diffusion, robotics and 1 more'],
    ['"linear attention" OR robotics OR cooking', 'Linear attention, robotics or cooking'],
    ['author:"Yann LeCun" OR author:"Yann Dubois"', 'By Yann LeCun or Yann Dubois'],
    ['"state of the art" OR "future of work"', 'State of the art or future of work'],
    ['"reward model" OR "reward models" OR "reward modeling"', 'Reward model'],
    ['(rag OR retrieval) AND (chemistry OR biology)', 'Rag or retrieval, and chemistry or biology'],
    [
      '"world models" OR robotics OR manipulation OR locomotion OR grasping',
      'World models, robotics and 3 more',
    ],
    ['cat:cs.CL', 'cs.CL'],
    ['cat:cs.CV+OR+cat:cs.LG+OR+cat:cs.CL', 'cs.CV, cs.LG or cs.CL'],
    ['cat:cs.LG AND ti:"diffusion" ANDNOT abs:"survey"', 'Diffusion'],
    ['cat:cs.CL AND (abs:"medical NLP" OR abs:"clinical NLP")', 'Medical NLP'],
    [
      '(cat:cs.CL OR cat:cs.AI) AND (abs:"large language model" OR abs:LLM) AND (abs:hallucination OR abs:factuality)',
      'Large language model… and hallucination…',
    ],
    ['ti:%28space+AND+time%29+OR+ti:apple', 'Space and time or apple'],
    ['"linear attention" vision votes>=20', 'Linear attention and vision'],
    ['world model has:code', 'World model'],
    ['votes>=20', '20+ votes'],
    ['cs.LG votes>=20', 'cs.LG, 20+ votes'],
    ['cat:cs.LG has:code', 'cs.LG, with code'],
    ['is:revised cat:cs.CL', 'Newer versions, cs.CL'],
    ['cat:cs.CL OR votes>=50', 'cs.CL or 50+ votes'],
    ['linear RNN OR state tracking', 'Linear RNN or state tracking'],
    ['"linear RNN" OR "state tracking"', 'Linear RNN or state tracking'],
    ['2507.06457', 'arXiv:2507.06457'],
    ['mRNA', 'mRNA'],
    ['point of interest recommendation', 'Point of interest recommendation'],
    ['LLM agents for chemistry', 'LLM agents for chemistry'],
    ['How can robots learn from human video?', 'Robots learn from human video'],
    [
      'I am interested in how large language models can be used for discovering new materials, but not in robots.',
      'Discovering new materials',
    ],
    ['multi-agent training in financial systems', 'Multi-agent training in financial systems'],
    ['large neighborhood search (LNS) optimization', 'Large neighborhood search, LNS and optimization'],
    ['linear AND', 'Linear and'],
    ['(tile OR cat:) mosaic', '(tile or cat:) mosaic'],
  ])('%s', (query, name) => {
    expect(shown(query)).toBe(name)
  })

  it('is short for any text', () => {
    const text = 'We study how '.concat(
      'reinforcement learning helps large models to reason about proteins; '.repeat(40),
    )
    expect(shown(text).length).toBeLessThanOrEqual(49)
    expect(shown(`"${'x'.repeat(300)}"`).length).toBeLessThanOrEqual(49)
  })
})

describe('the topics of one person', () => {
  const topic = (query: string, name = query) => ({ name, query })

  it('keep the names they were given', () => {
    expect(topicNames([topic('"a b" OR c', 'Mine'), topic('robots')])).toEqual(['Mine', 'robots'])
  })

  it('are described as a whole if the names would be the same', () => {
    expect(topicNames([topic('robots'), topic('robots -survey'), topic('diffusion')])).toEqual([
      'robots',
      'robots, but not survey',
      'diffusion',
    ])
    expect(topicNames([topic('a1', 'Mine'), topic('b1', 'mine')])).toEqual(['a1', 'b1'])
  })

  it('are numbered if the queries begin the same way too', () => {
    const long = `"${'protein folding '.repeat(10)}`
    expect(topicNames([topic(`${long} a"`), topic(`${long} b"`)])).toEqual([
      expect.stringMatching(/ \(1\)$/),
      expect.stringMatching(/ \(2\)$/),
    ])
  })
})

it.each([
  ['reward models', 'reward models'],
  ['by Yann LeCun', 'author:"Yann LeCun"'],
])('a topic of which only the name %j is known has the query %j', (name, query) => {
  expect(queryOfName(name)).toBe(query)
  expect(topicName({ name: query, query })).toBe(name)
})
