import { expect, test } from 'vitest'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import {
  namesIn,
  narrowerQueries,
  respelledQuery,
  sentenceQuery,
  withoutPart,
} from '../../../src/search/other-queries.ts'
import { archiveOf } from '../../support/archive-of.ts'

const archive = archiveOf([
  { title: 'Otters and ferrets', votes: 30, authors: ['Ann Otters'] },
  { title: 'Otters', abstract: 'Of newts.', votes: 3 },
  { title: 'Rivers', abstract: 'Of otters.', votes: 40 },
  { title: 'Ferrets and newts' },
  { title: 'Ferrets', abstract: 'Of newts.' },
])

const narrowed = (query: string) => {
  const tree = parseQuery(query)
  return narrowerQueries(archive, tree, archive.find(tree))
}

test('`narrowerQueries` finds those in titles and with many votes', () => {
  expect(narrowed('otters')).toEqual([
    { kind: 'title', query: 'title:otters', papers: 2 },
    { kind: 'votes', query: 'otters votes>=20', papers: 2 },
  ])
})

test('`narrowerQueries` leaves out what finds all papers or none, and long queries', () => {
  expect(narrowed('title:otters -newts')).toEqual([])
  expect(narrowed('rivers')).toEqual([])
  expect(narrowed(Array.from({ length: 11 }, () => 'otters').join(' OR '))).toEqual([])
})

test('`namesIn` reads plain words as a name that papers have', () => {
  expect(namesIn(archive, parseQuery('otters'))).toMatchObject([{ query: 'author:otters', papers: 1 }])
  expect(namesIn(archive, parseQuery('newts'))).toEqual([])
})

test('`withoutPart` leaves out the part that leaves most papers', () => {
  expect(withoutPart(archive, parseQuery('otters rivers zeolite'))).toMatchObject({
    query: 'otters rivers',
    part: 'zeolite',
    papers: 1,
    isUnwanted: false,
  })
  expect(withoutPart(archive, parseQuery('otters -otters'))).toMatchObject({
    query: 'otters',
    isUnwanted: true,
  })
  expect(withoutPart(archive, parseQuery('zeolite'))).toBeNull()
})

test('`sentenceQuery` requires only some of the words', () => {
  const query = 'otters ferrets newts'
  expect(sentenceQuery(archive, { query, tree: parseQuery(query) })).toMatchObject({ papers: 4 })
  expect(sentenceQuery(archive, { query: 'title:otters', tree: parseQuery('title:otters') })).toBeNull()
})

test('`respelledQuery` is null if the corrected query finds nothing', () => {
  expect(respelledQuery(archive, parseQuery('otterz'))).toBeNull()
})
