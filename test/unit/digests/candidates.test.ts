import { expect, test } from 'vitest'
import { rankNearMisses } from '../../../src/digests/candidates.ts'
import type { Paper } from '../../../src/papers/paper.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import type { Query } from '../../../src/queries/query.ts'
import { toPaperText } from '../../../src/queries/text/tokens.ts'
import { samplePaper } from '../../support/sample-paper.ts'

const PAPERS = [
  samplePaper({ id: 1, title: 'Linear Attention for Speech', abstract: 'We like robots.', votes: 1 }),
  samplePaper({ id: 2, title: 'A Title', abstract: 'About linear attention.', votes: 90 }),
  samplePaper({ id: 3, title: 'Attention That Is Linear', abstract: 'A survey.', votes: 5 }),
  samplePaper({ id: 4, title: 'Diffusion', authors: ['Albert Gu'], categories: ['cs.CV'], votes: 7 }),
]

const ranked = (query: string, papers: Paper[] = PAPERS) => {
  const texts = new Map(papers.map((paper) => [paper.id, toPaperText(paper)]))
  return rankNearMisses(parseQuery(query), { papers, texts, limit: 9 })
}

/** Each near miss as "ID: has PARTS; lacks PARTS", with the fields in which it has excluded words. */
const near = (query: string) =>
  ranked(query).map(({ paper, gap: { has, missing, unwanted } }) =>
    [
      `${paper.id}: has ${has.map(brief).join(', ')}`,
      missing.length > 0 && `lacks ${missing.map(brief).join(', ')}`,
      unwanted.length > 0 && `unwanted in ${unwanted.flatMap(({ found }) => Object.keys(found)).join(', ')}`,
    ]
      .filter(Boolean)
      .join('; '),
  )

/** A part of a query: "title:attention", "category:cs.LG", "any:video or any:audio". */
function brief(part: Query): string {
  if ('parts' in part) return part.parts.map(brief).join(` ${part.kind} `)
  if (part.kind === 'word' || part.kind === 'phrase') return `${part.field}:${part.text}`
  const [kind, value] = Object.values(part)
  return `${kind}:${value}`
}

test('`rankNearMisses` ranks by words that match, then by those in the title, then by votes', () => {
  expect(near('"linear attention" quantum')).toEqual([
    '1: has any:linear attention; lacks any:quantum',
    '2: has any:linear attention; lacks any:quantum',
    '3: has any:linear, any:attention; lacks any:linear attention, any:quantum',
  ])
  expect(near('title quantum')[0]).toBe('2: has any:title; lacks any:quantum')
  expect(near('linear attention quantum')).toEqual([
    '3: has any:linear, any:attention; lacks any:quantum',
    '1: has any:linear, any:attention; lacks any:quantum',
    '2: has any:linear, any:attention; lacks any:quantum',
  ])
})

test('`rankNearMisses` does not count an excluded word, and names its field', () => {
  expect(near('attention -linear')).toEqual([
    '3: has any:attention; unwanted in title',
    '1: has any:attention; unwanted in title',
    '2: has any:attention; unwanted in abstract',
  ])
  expect(near('quantum -linear')).toEqual([])
})

test('`rankNearMisses` leaves out a paper without a word of the query', () => {
  expect(near('quantum cat:cs.CV votes>=5')).toEqual([])
  expect(near('diffusion cat:cs.LG votes>=5')).toEqual([
    '4: has any:diffusion, votes:5; lacks category:cs.LG',
  ])
})

test('`rankNearMisses` takes the papers with most votes for a query without words', () => {
  expect(near('votes>=100').slice(0, 2)).toEqual(['2: has ; lacks votes:100', '4: has ; lacks votes:100'])
})

test('`rankNearMisses` distinguishes the fields of a query', () => {
  expect(near('title:attention title:robot abstract:robot survey')).toContain(
    '1: has title:attention, abstract:robot; lacks title:robot, any:survey',
  )
  expect(near('title:robot abstract:survey attention')).toContain(
    '3: has abstract:survey, any:attention; lacks title:robot',
  )
  expect(near('title:"linear robots" abstract:quantum')).toContain(
    '1: has title:linear; lacks title:linear robots, abstract:quantum',
  )
  expect(near('speech (title:robot or quantum)')).toEqual([
    '1: has any:speech; lacks title:robot or any:quantum',
  ])
})

test('`rankNearMisses` compares whole author names, and counts alternatives as one part', () => {
  expect(near('author:"Gu Albert" quantum')).toEqual(['4: has author:Gu Albert; lacks any:quantum'])
  expect(near('author:"Albert Li" quantum')).toEqual([])
  expect(near('diffusion (video or audio)')).toEqual(['4: has any:diffusion; lacks any:video or any:audio'])
})

test('`rankNearMisses` takes revised papers only for a query for them', () => {
  const version = { id: 5, title: 'Speech', onlyRevised: true, revisedDay: '2026-11-24' }
  const idsFor = (query: string) => ranked(query, [samplePaper(version)]).map(({ paper }) => paper.id)
  expect(idsFor('speech quantum')).toEqual([])
  expect(idsFor('speech quantum is:revised')).toEqual([5])
})
