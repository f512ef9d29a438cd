import { expect, test } from 'vitest'
import { rankNearMisses } from '../../../src/digests/candidates.ts'
import type { Paper } from '../../../src/papers/paper.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import { gapText } from '../../../src/queries/reasons/reason-text.ts'
import { toPaperText } from '../../../src/queries/text/tokens.ts'
import { samplePaper } from '../../support/sample-paper.ts'

const PAPERS = [
  samplePaper({ id: 1, title: 'Linear Attention for Speech', abstract: 'We like robots.', votes: 1 }),
  samplePaper({ id: 2, title: 'A Title', abstract: 'About linear attention.', votes: 90 }),
  samplePaper({ id: 3, title: 'Attention That Is Linear', abstract: 'A survey.', votes: 5 }),
  samplePaper({ id: 4, title: 'Diffusion', authors: ['Albert Gu'], categories: ['cs.CV'], votes: 7 }),
]

const found = (query: string, papers: Paper[] = PAPERS, limit = 9) => {
  const texts = new Map(papers.map((paper) => [paper.id, toPaperText(paper)]))
  return rankNearMisses(parseQuery(query), { papers, texts, limit }).map(({ paper, gap }) => {
    return { id: paper.id, reason: gapText(gap) }
  })
}

const told = (query: string) => found(query).map(({ id, reason }) => `${id}: ${reason}`)

test('those that hold more of it come first, then those that hold it in the title, then more votes', () => {
  expect(told('"linear attention" quantum')).toEqual([
    '1: Has: linear attention. Missing: quantum',
    '2: Has: linear attention. Missing: quantum',
    '3: Has: linear and attention. Missing: the phrase “linear attention” and quantum',
  ])
  expect(told('title quantum')[0]).toBe('2: Has: title. Missing: quantum')
  expect(told('linear attention quantum')).toEqual([
    '3: Has: linear and attention. Missing: quantum',
    '1: Has: linear and attention. Missing: quantum',
    '2: Has: linear and attention. Missing: quantum',
  ])
})

test('an excluded word counts for nothing, and is named', () => {
  expect(told('attention -linear')).toEqual([
    '3: Has: attention. Has, though not wanted: linear, in the title',
    '1: Has: attention. Has, though not wanted: linear, in the title',
    '2: Has: attention. Has, though not wanted: linear, in the abstract',
  ])
  expect(told('quantum -linear')).toEqual([])
})

test('a paper without a word of the query is not near, whatever its category or votes', () => {
  expect(told('quantum cat:cs.CV votes>=5')).toEqual([])
  expect(told('diffusion cat:cs.LG votes>=5')).toEqual([
    '4: Has: diffusion and 5 or more votes. Missing: the category cs.LG',
  ])
})

test('where the query holds no word at all, those with most votes', () => {
  expect(told('votes>=100').slice(0, 2)).toEqual([
    '2: Missing: 100 or more votes',
    '4: Missing: 100 or more votes',
  ])
})

test('a field of the query is named', () => {
  expect(told('title:attention title:robot abstract:robot survey')).toContain(
    '1: Has in the title: attention. Has in the abstract: robot. Missing: survey. Missing from the title: robot',
  )
  expect(told('title:robot abstract:survey attention')).toContain(
    '3: Has: attention. Has in the abstract: survey. Missing from the title: robot',
  )
  expect(told('title:"linear robots" abstract:quantum')).toContain(
    '1: Has in the title: linear. Missing from the title: the phrase “linear robots”. Missing from the abstract: quantum',
  )
  expect(told('speech (title:robot or quantum)')).toEqual([
    '1: Has: speech. Missing: a title with robot or quantum',
  ])
})

test('names are whole, and each alternative is a part', () => {
  expect(told('author:"Gu Albert" quantum')).toEqual(['4: Has: the author Gu Albert. Missing: quantum'])
  expect(told('author:"Albert Li" quantum')).toEqual([])
  expect(told('diffusion (video or audio)')).toEqual(['4: Has: diffusion. Missing: video or audio'])
})

test('a paper known only by newer versions is near a query for them', () => {
  const version = { id: 5, title: 'Speech', onlyRevised: true, revisedDay: '2026-11-24' }
  const near = (query: string) => found(query, [samplePaper(version)]).map(({ id }) => id)
  expect(near('speech quantum')).toEqual([])
  expect(near('speech quantum is:revised')).toEqual([5])
})
