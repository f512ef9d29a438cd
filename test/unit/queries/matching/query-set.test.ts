import { describe, expect, test } from 'vitest'
import type { Paper } from '../../../../src/papers/paper.ts'
import { PaperIndex } from '../../../../src/queries/matching/paper-index.ts'
import { QuerySet } from '../../../../src/queries/matching/query-set.ts'
import type { Leaf, Query } from '../../../../src/queries/query.ts'
import { matchedIds } from '../../../support/matched-ids.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

function matched(papers: readonly Paper[], queries: readonly Query[]): number[][] {
  const index = new PaperIndex()
  index.upsert(papers)
  const set = new QuerySet(index)
  return queries.map((query) => matchedIds(index, set.matches(set.add(query))))
}

const any = (text: string): Leaf => ({ kind: text.includes(' ') ? 'phrase' : 'word', field: 'any', text })

describe('papers that a query set matches', () => {
  test('do not have a phrase over two keywords, names or parts', () => {
    const papers = [
      samplePaper({ id: 1, keywords: ['linear', 'attention'] }),
      samplePaper({ id: 2, title: 'All is linear', abstract: 'Attention helps.' }),
      samplePaper({ id: 3, abstract: 'A LinearAttention' }),
      samplePaper({ id: 4, keywords: ['linear attentions'] }),
      samplePaper({ id: 5, authors: ['Albert Gu', 'Tri Dao'] }),
      samplePaper({ id: 6, authors: ['Gu, Albert'] }),
    ]
    const author: Leaf = { kind: 'phrase', field: 'author', text: 'albert gu' }
    const mixed: Leaf = { kind: 'phrase', field: 'author', text: 'Albert Dao' }
    expect(matched(papers, [any('linear attention'), author, mixed])).toEqual([[3, 4], [5, 6], []])
  })

  test('support "at least N of these terms"', () => {
    const texts = ['one', 'one two', 'one two three', 'two three four', 'none']
    const papers = texts.map((title, i) => samplePaper({ id: i + 1, title }))
    const parts = ['one', 'two', 'three', 'four'].map(any)
    const some = [1, 2, 3, 4, 5].map((least): Query => ({ kind: 'some', least, parts }))
    expect(matched(papers, some)).toEqual([[1, 2, 3, 4], [2, 3, 4], [3, 4], [], []])
  })

  test('papers known only by newer versions match only if the query asks for them', () => {
    const papers = [
      samplePaper({ id: 1, title: 'agent', revisedDay: '2026-11-24', onlyRevised: true }),
      samplePaper({ id: 2, title: 'agent', revisedDay: '2026-11-24' }),
    ]
    const revised: Query = { kind: 'and', parts: [any('agent'), { kind: 'revised' }] }
    expect(matched(papers, [any('agent'), revised])).toEqual([[2], [1, 2]])
  })
})

test('a query that is interrupted does not change the next one', () => {
  const index = new PaperIndex()
  index.upsert([samplePaper({ id: 1, title: 'robots' }), samplePaper({ id: 2, title: 'dogs' })])
  const set = new QuerySet(index)
  const damaged = { kind: 'and', parts: [any('robots'), { kind: 'or' }] } as unknown as Query
  expect(() => set.add(damaged)).toThrow()
  expect(matchedIds(index, set.matches(set.add(any('dogs'))))).toEqual([2])
})

describe('an index after a change', () => {
  test('finds changed values and words of a paper, and nothing of a removed one', () => {
    const index = new PaperIndex()
    index.upsert([samplePaper({ id: 1, title: 'agents' }), samplePaper({ id: 2, title: 'agents' })])
    const set = new QuerySet(index)
    const agent = set.add(any('agent'))
    const voted = set.add({ kind: 'votes', least: 5 })
    const robot = set.add(any('robot'))
    const look = () => [agent, voted, robot].map((number) => matchedIds(index, set.matches(number)))
    expect(look()).toEqual([[1, 2], [], []])
    index.upsert([
      samplePaper({ id: 1, title: 'agents', votes: 7 }),
      samplePaper({ id: 3, title: 'A robot' }),
    ])
    expect(look()).toEqual([[1, 2], [1], [3]])
    index.upsert([samplePaper({ id: 2, title: 'robots' })])
    expect(look()).toEqual([[1], [1], [2, 3]])
    index.remove(1)
    expect(look()).toEqual([[], [], [2, 3]])
    expect([index.size, index.docCount]).toEqual([2, 4])
  })

  test('reuses the docIds of removed papers, and looks nothing up again without a change', () => {
    const papers = Array.from({ length: 5000 }, (_, i) => samplePaper({ id: i + 1, title: `agent ${i}` }))
    const index = new PaperIndex()
    index.upsert(papers)
    const { version } = index
    index.upsert(papers.slice(0, 10))
    expect(index.version).toBe(version)
    index.upsert(papers.slice(0, 4500).map((one) => ({ ...one, title: `robot ${one.id}` })))
    expect([index.size, index.docCount, index.isSparse]).toEqual([5000, 9500, true])
    const found = (among: PaperIndex) => {
      const set = new QuerySet(among)
      return ['agent', 'robot'].map((word) => matchedIds(among, set.matches(set.add(any(word)))))
    }
    const compacted = index.compacted()
    expect([compacted.size, compacted.docCount, compacted.isSparse]).toEqual([5000, 5000, false])
    expect(found(compacted)).toEqual(found(index))
    const [agents, robots] = found(compacted)
    expect([agents!.length, agents![0], robots!.length, robots![0]]).toEqual([500, 4501, 4500, 1])
    expect(index.oldest(2).map(({ id }) => id)).toEqual([1, 2])
  })

  test('finds papers in many segments', () => {
    const papers = Array.from({ length: 9000 }, (_, i) =>
      samplePaper({ id: i + 1, title: i % 3000 === 0 ? 'agent' : 'robot' }),
    )
    const index = new PaperIndex()
    for (let from = 0; from < papers.length; from += 1000) index.upsert(papers.slice(from, from + 1000))
    const set = new QuerySet(index)
    expect(matchedIds(index, set.matches(set.add(any('agent'))))).toEqual([1, 3001, 6001])
  })
})
