import { describe, expect, test } from 'vitest'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { evaluate } from '../../../../src/queries/matching/evaluate.ts'
import { commonPhrases } from '../../../../src/queries/ranking/common-phrases.ts'
import { toPaperText } from '../../../../src/queries/text/tokens.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

type Texts = { title?: string; abstract?: string; keywords?: string[] }

const textOf = ({ title = 'Untitled', abstract = '', keywords = [] }: Texts) =>
  toPaperText(samplePaper({ title, abstract, keywords }))

const fillers = (count: number): Texts[] =>
  Array.from({ length: count }, (_, n) => ({ title: `Untitled ${n}` }))

const phrasesIn = (papers: Texts[], limit = 6) => commonPhrases(papers.map(textOf), limit)

describe('`commonPhrases`', () => {
  test('counts cases and inflections of a phrase as one, in titles, keywords and abstracts', async () => {
    const papers = [
      { title: 'World Models for Robots' },
      { title: 'A World Model of Cities' },
      { keywords: ['world models'] },
      { abstract: 'We train world models.' },
      ...fillers(6),
    ]
    expect(await phrasesIn(papers)).toEqual([{ text: 'world models', papers: 4 }])
  })

  test('shows the longer phrase instead of its part', async () => {
    const papers = [
      { title: 'Multimodal Large Language Models at Work' },
      { title: 'Pruning Multimodal Large Language Models' },
      ...fillers(6),
    ]
    expect(await phrasesIn(papers)).toEqual([{ text: 'multimodal large language models', papers: 2 }])
  })

  test('leaves out what one paper has, what nearly all have, and what every list has', async () => {
    const papers = [
      ...Array.from({ length: 9 }, () => ({ title: 'Protein Folding with Language Models' })),
      { title: 'Quantum Chemistry' },
    ]
    expect(await phrasesIn(papers)).toEqual([])
  })

  test('lists the most frequent first, up to the limit', async () => {
    const papers = [
      ...Array.from({ length: 3 }, () => ({ title: 'Video Generation' })),
      ...Array.from({ length: 2 }, () => ({ title: 'Speech Recognition' })),
      ...Array.from({ length: 4 }, () => ({ title: 'Graph Transformers' })),
      ...fillers(4),
    ]
    expect((await phrasesIn(papers, 2)).map(({ papers }) => papers)).toEqual([4, 3])
  })

  test('counts the papers that a search for the phrase finds', async () => {
    const papers = [
      { title: 'KV-Cache Compression' },
      { abstract: 'On compressing the KV cache.' },
      { title: 'Compression of a KV Cache', abstract: 'KV cache compression.' },
      ...fillers(6),
    ].map(textOf)
    const phrases = await commonPhrases(papers, 6)
    expect(phrases.length).toBeGreaterThan(0)
    for (const { text, papers: counted } of phrases) {
      const query = parseQuery(`"${text}"`)
      expect(papers.filter((paper) => evaluate(query, paper))).toHaveLength(counted)
    }
  })
})
