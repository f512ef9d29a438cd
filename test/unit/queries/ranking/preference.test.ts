import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Archive } from '../../../../src/queries/archive.ts'
import { LatentSpace } from '../../../../src/queries/ranking/latent-space.ts'
import { SpaceLearner } from '../../../../src/queries/ranking/learn-space.ts'
import { phraseKey, phrasesOfPaper } from '../../../../src/queries/ranking/paper-phrases.ts'
import {
  learnPhrases,
  preferenceOf,
  type Vote,
  votedStep,
  voteWeight,
} from '../../../../src/queries/ranking/preference.ts'
import { toUnitLength, type Vector, wordCounts } from '../../../../src/queries/ranking/tf-idf.ts'
import { toPaperText } from '../../../../src/queries/text/tokens.ts'
import { archiveOf } from '../../../support/archive-of.ts'
import { samplePaper } from '../../../support/sample-paper.ts'
import { usageOf } from '../../../support/usage-of.ts'

const vector = (weights: Record<string, number>): Vector => toUnitLength(new Map(Object.entries(weights)))
const vote = (kind: Vote['kind'], weights: Record<string, number>, more: Partial<Vote> = {}): Vote => ({
  ...{ kind, phrases: vector(weights), weight: 1, close: false },
  ...more,
})

describe('learnPhrases', () => {
  test('phrases of wanted papers are above 0, of unwanted ones below, and of both in between', () => {
    const learned = learnPhrases(
      [vote('more', { 'search agents': 1, benchmarks: 1 }), vote('less', { 'robot arms': 1, benchmarks: 1 })],
      [],
    )
    expect(learned.get('search agents')).toBeGreaterThan(learned.get('benchmarks')!)
    expect(learned.get('benchmarks')).toBeGreaterThan(0)
    expect(learned.get('robot arms')).toBeLessThan(0)
  })

  test('counts spellings of a phrase as one, and removes all of them', () => {
    const votes = [vote('more', { 'world models': 1 }), vote('more', { 'World model': 1 })]
    expect([...learnPhrases(votes, []).keys()]).toEqual(['world models'])
    expect(learnPhrases(votes, ['world-model']).size).toBe(0)
  })

  test('a newer vote counts more than an older one', () => {
    expect([voteWeight(0), voteWeight(-1)]).toEqual([1, 1])
    const old = vote('more', { 'linear attention': 1 }, { weight: voteWeight(1000) })
    const learned = learnPhrases([old, vote('more', { 'kernel methods': 1 })], [])
    expect(learned.get('kernel methods')).toBeGreaterThan(learned.get('linear attention')!)
  })

  test('any votes give up to 100 phrases of unit length, strongest first, without removed ones, always the same', () => {
    const anyVote = fc
      .record({
        kind: fc.constantFrom('more' as const, 'less' as const),
        weights: fc.dictionary(
          fc.stringMatching(/^[b-h]{2} [b-h]{1,2}$/),
          fc.double({ min: 0.01, max: 1, noNaN: true }),
        ),
      })
      .map(({ kind, weights }) => vote(kind, weights))
    fc.assert(
      fc.property(fc.array(anyVote, { maxLength: 12 }), (votes) => {
        const removed = votes[0] ? [...votes[0].phrases.keys()].slice(0, 1) : []
        const learned = learnPhrases(votes, removed)
        const weights = [...learned.values()].map(Math.abs)
        expect(learned.size).toBeLessThanOrEqual(100)
        if (learned.size > 0) expect(Math.hypot(...weights)).toBeCloseTo(1)
        expect([...learned.keys()].map(phraseKey)).not.toContain(phraseKey(removed[0] ?? 'none'))
        expect(weights).toEqual(weights.toSorted((a, b) => b - a))
        expect([...learnPhrases(votes, removed)]).toEqual([...learned])
      }),
      { numRuns: 50 },
    )
  })
})

test('votedStep moves by one after three more votes of one kind than of the other on close papers', () => {
  const close = (kind: Vote['kind'], count: number) =>
    Array.from({ length: count }, () => ({ kind, close: true }))
  const step = (more: number, less: number) => votedStep([...close('more', more), ...close('less', less)])
  expect([step(2, 0), step(3, 0), step(9, 0), step(4, 2), step(0, 3), step(1, 3)]).toEqual([
    0, 1, 1, 0, -1, 0,
  ])
  expect(votedStep(close('more', 3).map((one) => ({ ...one, close: false })))).toBe(0)
})

const SUBJECTS = ['linear state space models', 'dexterous robot grippers', 'protein folding chemistry']
const PAPERS = Array.from({ length: 300 }, (_, i) =>
  samplePaper({
    id: i + 1,
    title: `Study ${i}`,
    abstract: `Here we turn to ${SUBJECTS[i % 3]}, as in number${i % 50}.`,
    keywords: i % 10 === 0 ? ['Source', 'Search Agents'] : [],
  }),
)

const archiveWith = (papers = PAPERS): Archive => archiveOf(papers, { usage: true })

describe('phrasesOfPaper', () => {
  const phrasesIn = (archive: Archive, paper: Parameters<typeof samplePaper>[0], limit = 8) => [
    ...phrasesOfPaper(archive, toPaperText(samplePaper(paper)), limit).keys(),
  ]

  test('are keywords and known terms, as written within a sentence, and no common word', () => {
    const paper = {
      title: 'Source of Truth: Open Web Agents',
      abstract: 'We ask search agents about dexterous robot grippers.',
      keywords: ['Source', 'Search Agents'],
    }
    expect(phrasesIn(archiveWith(), paper)).toEqual(['search agents'])
  })

  test('leave out what only this paper has in an archive of many papers', () => {
    const paper = { title: 'T', abstract: '', keywords: ['Underwater RGB-D Weaving'] }
    expect(phrasesIn(archiveWith(), paper)).toEqual([])
    expect(phrasesIn(archiveWith(PAPERS.slice(0, 9)), paper)).toEqual(['underwater RGB-D weaving'])
  })
})

describe('preferenceOf', () => {
  const only = (archive: Archive, weights: Record<string, number>, usual = 0) =>
    preferenceOf(archive, { phrases: vector(weights), usual })

  test('prefers papers with a phrase, also as a keyword, and is relative to what is usual', () => {
    const archive = archiveWith()
    const [withKeyword, without] = [archive.index.docIdOf(1)!, archive.index.docIdOf(2)!]
    const preference = only(archive, { 'search agents': 1 })
    expect([preference(withKeyword) > 0, preference(without)]).toEqual([true, 0])
    expect(only(archive, { 'search agents': -1 })(withKeyword)).toBeLessThan(0)
    expect(only(archive, { 'search agents': 1 }, 0.5)(without)).toBe(-0.5)
  })

  test('prefers a paper that arrives later, and one by authors with such a name while no paper uses its words', () => {
    const archive = archiveOf(PAPERS.slice(0, 9))
    archive.usage = usageOf([])
    const isPreferred = (id: number) => only(archive, { 'linear state': 1 })(archive.index.docIdOf(id)!) > 0
    expect(isPreferred(1)).toBe(true)
    archive.index.upsert([
      samplePaper({ id: 998, title: 'T', authors: ['Linear State'] }),
      samplePaper({ id: 999, title: 'Linear states' }),
    ])
    expect([998, 999].map(isPreferred)).toEqual([true, true])
    archive.usage = usageOf(PAPERS)
    expect([998, 999].map(isPreferred)).toEqual([false, true])
  })

  test('in a learned space, also prefers papers that are near the words of a phrase', () => {
    const papers = [...PAPERS, samplePaper({ id: 999, title: 'space models', abstract: 'of linear state' })]
    const archive = archiveWith(papers)
    const docId = archive.index.docIdOf(999)!
    const learner = new SpaceLearner()
    for (const paper of PAPERS) learner.add(wordCounts(toPaperText(paper)))
    expect(only(archive, { 'linear state': 1 })(archive.index.docIdOf(2)!)).toBe(0)
    archive.computeVectors(LatentSpace.decode(learner.learn({ dimensions: 3 }).encode()))
    const preference = only(archive, { 'linear models': 1 })
    expect(preference(docId)).toBeGreaterThan(preference(archive.index.docIdOf(2)!) + 0.5)
  })
})
