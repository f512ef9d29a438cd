import { describe, expect, test } from 'vitest'
import type { Paper } from '../../../src/papers/paper.ts'
import type { Archive } from '../../../src/queries/archive.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import { evaluate } from '../../../src/queries/matching/evaluate.ts'
import type { Query } from '../../../src/queries/query.ts'
import { bestMatches, nearMisses } from '../../../src/queries/ranking/rank-matches.ts'
import { wordCounts } from '../../../src/queries/ranking/tf-idf.ts'
import { toPaperText } from '../../../src/queries/text/tokens.ts'
import { archiveOf } from '../../support/archive-of.ts'
import { CARS_AND_CELLS, spaceOf } from '../../support/learned-space.ts'
import { recordedPapers } from '../../support/recorded-papers.ts'
import { samplePaper } from '../../support/sample-paper.ts'
import { whyEmptyOf } from '../../support/why-empty-of.ts'

/** Papers with the given facts, numbered from 1. */
const papersWith = (...all: Partial<Paper>[]): Paper[] =>
  all.map((facts, i) => samplePaper({ id: i + 1, ...facts }))

const idsOf = (archive: Archive, query: string): number[] =>
  archive.attributesOf(archive.find(parseQuery(query))).map(({ id }) => id)

describe('Archive finds', () => {
  const papers = recordedPapers().slice(0, 200)
  const texts = papers.map((paper) => toPaperText(paper))
  const QUERIES = [
    'agent',
    '"language model" -video',
    'title:video or votes>=40',
    'diffus* OR speech',
    'xylophone',
  ]

  test.each(QUERIES)('the papers that match %s', (query) => {
    const tree = parseQuery(query)
    const expected = papers.filter((_, i) => evaluate(tree, texts[i]!)).map(({ id }) => id)
    expect(idsOf(archiveOf(papers), query)).toEqual(expected)
  })

  test('the same papers after more queries and words than it keeps', () => {
    const archive = archiveOf(papers)
    const before = idsOf(archive, 'agent')
    for (let n = 0; n < 1200; n++) archive.find(parseQuery(`w${n} OR v${n} OR u${n}`))
    expect(idsOf(archive, 'agent')).toEqual(before)
  })

  test('why a query is empty', () => {
    const archive = archiveOf(papers)
    for (const query of ['xylophone agent', 'xylophone -agent', 'agent video speech proof', 'agent -agent']) {
      const tree = parseQuery(query)
      expect([query, archive.whyEmpty(tree)]).toEqual([query, whyEmptyOf(tree, texts)])
    }
  })
})

describe('a paper known only by newer versions', () => {
  const version = { title: 'kappa', onlyRevised: true, revisedDay: '2026-11-25' }
  const archive = archiveOf(papersWith({ title: 'kappa alpha' }, version))

  test('is found by a query for newer versions', () => {
    expect([idsOf(archive, 'kappa'), idsOf(archive, 'kappa is:revised')]).toEqual([[1], [2]])
    expect(archive.count(archive.all())).toBe(1)
  })

  test('is in a range of days by its newer version, if that counts', () => {
    const found = archive.find(parseQuery('is:revised'))
    const days = { from: '2026-11-25', to: '2026-11-25' }
    expect(archive.count(archive.withinDays(found, days))).toBe(0)
    expect(archive.count(archive.withinDays(found, days, { revised: true }))).toBe(1)
  })

  test('explains why nothing matches a query for newer versions', () => {
    expect(archive.whyEmpty(parseQuery('kappa omega is:revised'))).toEqual({
      absent: ['omega'],
      without: { part: 'omega', papers: 1, isUnwanted: false },
    })
  })

  test('is similar to no other', () => {
    expect(archive.similarTo(new Map([['kappa', 1]]), { most: 9, except: [1] })).toEqual([])
  })
})

describe('Archive orders', () => {
  const ranked = (query: string, papers: Paper[], most?: number) => {
    const archive = archiveOf(papers)
    const tree = parseQuery(query)
    return bestMatches(archive, tree, archive.find(tree), most)
  }

  test('a title before an abstract, then more votes, then the newer one', () => {
    const abstract = 'one two three four mamba six seven eight nine ten'
    const papers = papersWith(
      { title: 'Other', abstract, firstDay: '2026-11-01' },
      { title: 'Other', abstract, firstDay: '2026-11-02' },
      { title: 'Mamba', abstract: 'one two three four five six seven eight nine ten' },
      { title: 'Other', abstract, votes: 3, firstDay: '2026-10-01' },
      ...Array.from({ length: 40 }, () => ({ title: 'Of something else' })),
    )
    expect(ranked('mamba', papers)).toEqual([3, 4, 2, 1])
    expect(ranked('mamba', papers, 2)).toEqual([3, 4])
  })

  test('the newest first, by the day of the newest version if the query asks for versions', () => {
    const papers = papersWith(
      { firstDay: '2026-11-02' },
      { firstDay: '2026-11-03' },
      { firstDay: '2026-11-02', revisedDay: '2026-11-20' },
      { firstDay: '2026-11-03', revisedDay: '2026-11-01' },
    )
    const archive = archiveOf(papers)
    expect(archive.newest(archive.all())).toEqual([4, 2, 3, 1])
    expect(archive.newest(archive.all(), { most: 3 })).toEqual([4, 2, 3])
    expect(archive.newest(archive.all(), { byRevised: true })).toEqual([3, 4, 2, 1])
  })
})

describe('a paper', () => {
  const papers = papersWith(
    { title: 'Linear attention for long video', abstract: 'We study recurrence and attention.' },
    { title: 'Gated linear attention', abstract: 'Recurrence helps attention over video.' },
    { title: 'Protein folding', abstract: 'We study proteins.' },
    { title: 'Attention and folding', abstract: 'Attending to proteins.' },
  )

  test('is similar to those that share its rare words, most of all those that it repeats', () => {
    const archive = archiveOf(papers)
    const like = (...except: number[]) =>
      archive.similarTo(wordCounts(toPaperText(papers[0]!)), { most: 3, except }).map(({ id }) => id)
    expect(like(1)).toEqual([2, 4, 3])
    expect(like(1, 2)[0]).toBe(4)
    expect(archive.index.docIdOf(9)).toBeUndefined()
  })

  test('is similar to those with other words for the same subject, once a space is learned', () => {
    const archive = archiveOf(CARS_AND_CELLS.map((title) => ({ title })))
    const like = () => archive.similarTo(new Map([['car', 1]]), { most: 9, except: [1] })
    expect(like().map(({ id }) => id)).toEqual([3])
    expect([archive.hasVectorsOf(undefined), archive.spaceVectorOf(new Map([['car', 1]]))]).toEqual([
      true,
      null,
    ])

    const space = spaceOf(CARS_AND_CELLS)
    expect(archive.hasVectorsOf(space)).toBe(false)
    archive.computeVectors(space)
    expect(archive.hasVectorsOf(space)).toBe(true)
    expect(like()[0]!.id).toBe(3)
    expect(like().map(({ id }) => id)).toContain(8)
    const near = () => {
      const nearness = archive.nearnessTo(new Map([['car', 1]]))
      const near = Array.from({ length: archive.index.docCount }, (_, docId) => docId).filter(
        (docId) => nearness(docId) > 0.5,
      )
      return near.map((docId) => archive.index.attributes(docId).id)
    }
    expect(near()).toEqual([1, 2, 3, 4, 8])

    archive.index.upsert([samplePaper({ id: 9, title: 'Wheel, car, engine' })])
    expect(archive.hasVectorsOf(space)).toBe(false)
    expect(near()).not.toContain(9)
    archive.computeVectors(space)
    expect(near()).toContain(9)
    archive.computeVectors(undefined)
    expect(near()).toEqual([])
  })

  test('is related to a query if it contains some of its words', () => {
    const archive = archiveOf(papers)
    const near = (query: string) => nearMisses(archive, parseQuery(query), { limit: 9 })
    expect(near('"folding attention"')).toEqual([4, 3, 2, 1])
    expect(near('protein -study')).toEqual([3])
    expect(near('protein folding')).toEqual([])
  })

  test('is found by its new words after a change, and by none after it was removed', () => {
    const archive = archiveOf(papers)
    archive.index.upsert([{ ...papers[0]!, title: 'Zeolites' }])
    expect([idsOf(archive, 'linear'), idsOf(archive, 'zeolites')]).toEqual([[2], [1]])
    archive.index.upsert([{ ...papers[2]!, votes: 40 }])
    expect(idsOf(archive, 'votes>=40')).toEqual([3])
    archive.index.remove(3)
    expect([idsOf(archive, 'protein'), archive.index.docIdOf(3)]).toEqual([[4], undefined])
    const ranked = bestMatches(archive, parseQuery('folding'), archive.find(parseQuery('folding')))
    expect(ranked).toEqual([4])
  })

  test('gives a word its most frequent spelling', () => {
    const archive = archiveOf(
      papersWith(
        { abstract: 'Attention' },
        { abstract: 'attending' },
        { abstract: 'We say attention' },
        {
          abstract: 'attention of attention',
        },
      ),
    )
    expect([archive.usualSpelling('attent'), archive.usualSpelling('unknown')]).toEqual([
      'attention',
      'unknown',
    ])
    expect(['attent', 'unknown'].map(archive.index.frequencies.ofKey)).toEqual([3, 0])
  })
})

test('Archive accepts a word that no paper contains, and one that every paper contains', () => {
  const archive = archiveOf([])
  const tree: Query = parseQuery('mamba "state space"')
  expect(bestMatches(archive, tree, archive.find(tree))).toEqual([])
  expect(nearMisses(archive, tree, { limit: 3 })).toEqual([])
  expect(archive.newest(archive.all())).toEqual([])
})
