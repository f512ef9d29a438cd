import { describe, expect, test } from 'vitest'
import type { Paper } from '../../../../src/papers/paper.ts'
import type { Archive } from '../../../../src/queries/archive.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { closePapers } from '../../../../src/queries/ranking/close-papers.ts'
import { MIN_CLOSENESS, splitMeaning, topicOf } from '../../../../src/queries/ranking/closeness.ts'
import { archiveOf } from '../../../support/archive-of.ts'
import { CARS_AND_CELLS } from '../../../support/learned-space.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

const EARLIER = '2026-11-20'
const TODAY = '2026-11-24'

/** Forty papers on cells of a day. */
const cells = (firstDay: string): Partial<Paper>[] =>
  Array.from({ length: 40 }, (_, i) => ({ title: CARS_AND_CELLS[4 + (i % 3)]!, firstDay }))

const onCars = (count: number, facts: Partial<Paper> = {}): Partial<Paper>[] =>
  Array.from({ length: count }, () => ({ title: 'car engine road', firstDay: EARLIER, ...facts }))

/** What is known of cars and cells, then the papers of today, numbered from 1, among forty on cells. */
function archiveWith(today: Partial<Paper>[], { withSpace = true, known = onCars(4) } = {}): Archive {
  const others = [...known, ...cells(EARLIER), ...cells(TODAY)]
  const facts = [
    ...today.map((one) => ({ firstDay: TODAY, ...one })),
    ...others.map((one, i) => ({ id: i + 1001, ...one })),
  ]
  return archiveOf(facts, { space: withSpace ? CARS_AND_CELLS : undefined })
}

const closeTo = (archive: Archive, query: string, days = { from: TODAY, to: TODAY }): number[] =>
  closePapers(archive, parseQuery(query), days).map(({ id }) => id)

const closenessOf = (archive: Archive, query: string, id: number): number =>
  topicOf(archive, parseQuery(query))!.closeness(archive.index.docIdOf(id)!)

test('splitMeaning leaves out what a topic excludes', () => {
  const { conditions, about } = splitMeaning(parseQuery('cat:cs.CL car -engine -author:smith'))
  expect([...conditions, ...about].map(({ kind }) => kind)).not.toContain('not')
  expect([conditions.length, about.length]).toEqual([1, 1])
})

describe('a paper is close to a topic', () => {
  test('if it shares words and meaning', () => {
    const archive = archiveWith([{ title: 'automobile engine wheel' }])
    expect(closeTo(archive, 'car engine')).toEqual([1])
    expect(closenessOf(archive, 'car engine', 1)).toBeGreaterThan(MIN_CLOSENESS)
    expect(closenessOf(archive, 'car engine', 1)).toBeLessThan(1)
  })

  test('but not for one rare word in a paper about something else, nor for the subject without a word', () => {
    const archive = archiveWith([
      { title: 'engine of protein gene tissue cell' },
      { title: 'automobile wheel' },
    ])
    expect(closeTo(archive, 'car engine')).toEqual([])
    expect(closenessOf(archive, 'car engine', 1)).toBeLessThan(MIN_CLOSENESS)
    expect(closenessOf(archive, 'car engine', 2)).toBe(0)
  })

  test('but not if it matches', () => {
    expect(closeTo(archiveWith([{ title: 'car wheel engine' }]), 'car engine')).toEqual([])
  })

  test.each([
    ['that no paper is about', 'car unobtainium', 4],
    ['that two papers are about', 'car engine', 2],
  ])('but not to a topic %s', (_, query, papers) => {
    const archive = archiveWith([{ title: 'automobile engine wheel' }], { known: onCars(papers) })
    expect(closeTo(archive, query)).toEqual([])
    expect(topicOf(archive, parseQuery(query))!.isKnown).toBe(false)
  })

  test.each([
    ['"car engine"', [1]],
    ['"engine car"', []],
    ['"engine car" OR "car engine"', [1]],
    ['"engine car" road', []],
  ])('but not for words in quotes that no paper has: %s: %j', (query, expected) => {
    expect(closeTo(archiveWith([{ title: 'automobile engine wheel' }]), query)).toEqual(expected)
  })

  test('but not to a topic whose words only papers about something else have together', () => {
    const known = [
      ...onCars(4, { title: 'engine road protein cell gene tissue enzyme' }),
      ...onCars(4, { title: 'car wheel automobile' }),
    ]
    const archive = archiveWith([{ title: 'automobile engine wheel' }], { known })
    expect(closeTo(archive, 'engine road')).toEqual([])
    const more = archiveWith([{ title: 'automobile engine wheel' }], { known: [...known, ...onCars(20)] })
    expect(closeTo(more, 'engine road')).toEqual([1])
  })

  test('but not without a learned space; closeness is then an order by words', () => {
    const archive = archiveWith([{ title: 'automobile engine' }], { withSpace: false })
    expect(closeTo(archive, 'car engine')).toEqual([])
    expect(closenessOf(archive, 'car engine', 1)).toBeGreaterThan(0)
    expect(closenessOf(archive, 'car engine', 1)).toBeLessThan(closenessOf(archive, 'car engine', 1001))
  })

  test('by the part of an OR that it covers best', () => {
    const archive = archiveWith([{ title: 'automobile engine wheel' }])
    const either = closenessOf(archive, '(car engine) OR unobtainium', 1)
    expect(either).toBeGreaterThan(closenessOf(archive, 'car engine unobtainium', 1))
    expect(closeTo(archive, '(car engine) OR unobtainium')).toEqual([1])
  })

  test('as soon as enough papers about it have arrived', () => {
    const archive = archiveWith([{ title: 'automobile engine wheel' }], { known: onCars(2) })
    const query = parseQuery('car engine')
    const close = () => closePapers(archive, query, { from: TODAY }).length
    expect(close()).toBe(0)
    archive.index.upsert([samplePaper({ id: 9, title: 'car engine road', firstDay: EARLIER })])
    expect(close()).toBe(0)
    archive.computeVectors(archive.vectors!.space)
    expect(close()).toBe(1)
  })
})

describe('up to one paper in 25 of a day is close or matches', () => {
  const near = (count: number) =>
    Array.from({ length: count }, () => ({ title: 'automobile engine', firstDay: TODAY }))
  const matching = { title: 'car wheel engine' }

  test.each([
    [4, [], 2],
    [4, [matching], 1],
    [4, [matching, matching], 0],
    [12, [], 3],
  ])('%i close papers and %j: %i', (count, matches, expected) => {
    expect(closeTo(archiveWith([...near(count), ...matches]), 'car engine')).toHaveLength(expected)
  })

  test('is the closest of the day', () => {
    const far = { title: 'automobile engine gene' }
    expect(closeTo(archiveWith([far, far, ...near(2)]), 'car engine')).toEqual([4, 3])
  })
})

describe('conditions of a topic apply to close papers too', () => {
  const title = 'automobile engine wheel'
  const facts: Partial<Paper>[] = [
    { authors: ['Ada Byron'], categories: ['cs.RO'], votes: 30 },
    { organization: 'Acme', codeUrl: 'https://code.example/x' },
  ]
  const archive = archiveWith(facts.map((one) => ({ title, ...one })))

  test.each([
    ['car engine', [2, 1]],
    ['car engine author:Byron', [1]],
    ['car engine author:(Byron OR Shelley)', [1]],
    ['car engine org:Acme', [2]],
    ['car engine cat:cs.RO', [1]],
    ['car engine has:code', [2]],
    ['car engine title:wheel', [2, 1]],
    ['car engine title:road', []],
    ['car engine -org:Acme', [1]],
    ['car engine -has:code', [1]],
    ['car engine votes>=20', [1]],
    ['"car engine" author:Byron', [1]],
    ['title:wheel', []],
    ['car engine is:revised', []],
    ['car engine (road OR votes>=20)', [2, 1]],
    ['papers on how a car is driven by an engine on a road', [2, 1]],
    ['papers on how a car is driven by an engine on a road, but not about wheels', []],
    ['(papers on how a car is driven by an engine on a road) author:Byron', [1]],
    ['(papers on how a car is driven by an engine on a road) -org:Acme', [1]],
    ['(papers on how a car is driven by an engine on a road) "car engine"', [2, 1]],
  ])('%s', (query, expected) => {
    expect(closeTo(archive, query)).toEqual(expected)
  })

  test('votes count as they are now; a paper that lacks only votes is not close, and matches later', () => {
    const archive = archiveWith([
      { title, votes: 5 },
      { title: 'car engine', votes: 5 },
    ])
    const matching = () => archive.count(archive.find(parseQuery('car engine votes>=20')))
    expect([closeTo(archive, 'car engine votes>=20'), matching()]).toEqual([[], 0])
    archive.index.upsert([samplePaper({ id: 1, title, firstDay: TODAY, votes: 20 })])
    expect([closeTo(archive, 'car engine votes>=20'), matching()]).toEqual([[1], 0])
    archive.index.upsert([samplePaper({ id: 2, title: 'car engine', firstDay: TODAY, votes: 20 })])
    expect([closeTo(archive, 'car engine votes>=20'), matching()]).toEqual([[1], 1])
  })
})
