import { describe, expect, test } from 'vitest'
import type { Paper } from '../../../../src/papers/paper.ts'
import type { Archive } from '../../../../src/queries/archive.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { splitTopics } from '../../../../src/queries/language/split-topics.ts'
import { evaluate } from '../../../../src/queries/matching/evaluate.ts'
import { proposeTopic } from '../../../../src/queries/ranking/propose-topic.ts'
import { wordCounts } from '../../../../src/queries/ranking/tf-idf.ts'
import { toPaperText } from '../../../../src/queries/text/tokens.ts'
import { archiveOf } from '../../../support/archive-of.ts'
import { recordedPapers } from '../../../support/recorded-papers.ts'
import { samplePaper } from '../../../support/sample-paper.ts'
import { noTestData, testData } from '../../../support/test-data.ts'

const DAYS = { from: '2026-10-28', to: '2026-11-24' }

const propose = (archive: Archive, paper: Paper) => {
  const text = toPaperText(paper)
  const similar = archive.similarTo(wordCounts(text), { most: 30, except: [paper.id] })
  return proposeTopic(archive, text, { similarIds: similar.map(({ id }) => id), days: DAYS })
}

/** Papers of a field that all say the same of themselves, and some of another. */
const papers = [
  ...Array.from({ length: 6 }, (_, n) => ({
    title: `Speculative decoding, part ${n}`,
    abstract: 'We present a novel draft model for speculative decoding. Extensive experiments show gains.',
  })),
  ...Array.from({ length: 200 }, (_, n) => ({
    title: `Of crystal ${n}`,
    abstract: `We present a novel view of crystal lattice ${n}. Extensive experiments show gains.`,
  })),
].map((facts, i) => samplePaper({ id: i + 1, firstDay: '2026-11-20', ...facts }))

describe('a topic for papers like one', () => {
  const archive = archiveOf(papers)

  test('has a phrase that names the subject of similar papers', () => {
    expect(propose(archive, papers[0]!)).toMatchObject({ query: '"speculative decoding"', papers: 6 })
  })

  test('has no phrase that matches more papers than a reader wants', () => {
    expect(propose(archive, papers[100]!)?.query ?? '').not.toContain('crystal')
  })

  test('is the whole name of the subject', () => {
    const named = ['One', 'Two', 'Three'].map((title) => ({
      title: `${title} of group relative policy optimization`,
      abstract: 'On group relative policy optimization.',
    }))
    const [paper, ...others] = [...named, ...papers].map((facts, i) =>
      samplePaper({ ...facts, id: i + 1, firstDay: '2026-11-20' }),
    )
    expect(propose(archiveOf([paper!, ...others]), paper!)).toMatchObject({
      query: '"group relative policy optimization"',
      papers: 3,
    })
  })

  test('has an alternative that the same papers are about, if few papers contain the phrase', () => {
    const titles = [
      ...Array.from({ length: 3 }, () => 'Speculative decoding with token trees'),
      ...['Speculative decoding', 'Speculative decoding again', 'Token trees', 'Token trees again'],
    ]
    const [paper, ...others] = [
      ...titles.map((title) => ({ title, abstract: title })),
      ...papers.slice(6),
    ].map((facts, i) => samplePaper({ ...facts, id: i + 1, firstDay: '2026-11-20' }))
    expect(propose(archiveOf([paper!, ...others]), paper!)).toMatchObject({
      query: '"speculative decoding" OR "token trees"',
      papers: 7,
    })
  })

  test('is never a single word, and is empty if similar papers share no phrase', () => {
    const words = archiveOf([
      ...['Mamba', 'With Mamba', 'On Mamba'].map((title, i) => samplePaper({ id: i + 1, title })),
      ...papers.slice(6).map((paper) => ({ ...paper, id: paper.id + 100 })),
    ])
    const [paper] = [samplePaper({ id: 1, title: 'Mamba' })]
    expect(propose(words, paper!)).toBeNull()
  })

  test('can be read, is one topic, finds the paper itself, and has up to 30 papers, for each recorded paper with one', ({
    skip,
  }) => {
    if (!testData('huggingface')) skip(noTestData('huggingface'))
    const recorded = recordedPapers().map((paper, i, { length }) => ({
      ...paper,
      // Some 30 a day, as they came.
      firstDay: new Date(Date.UTC(2026, 10, 24) - Math.floor((length - 1 - i) / 30) * 86_400_000)
        .toISOString()
        .slice(0, 10),
    }))
    const all = archiveOf(recorded)
    const proposed = recorded.slice(0, 60).map((paper) => ({ paper, topic: propose(all, paper) }))
    for (const { paper, topic } of proposed) {
      if (!topic) continue
      expect(splitTopics(topic.query)).toEqual([topic.query])
      expect([topic.query, evaluate(parseQuery(topic.query), toPaperText(paper))]).toEqual([
        topic.query,
        expect.anything(),
      ])
      const found = all.withinDays(all.find(parseQuery(topic.query)), DAYS)
      expect(topic.papers).toBe(all.count(found))
      expect(topic.papers).toBeLessThanOrEqual(30)
    }
    // With so few papers, many share no subject with others: no proposal is better than a wrong one.
    expect(proposed.filter(({ topic }) => topic).length).toBeGreaterThan(proposed.length / 3)
  })
})
