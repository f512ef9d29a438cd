import { describe, expect, test } from 'vitest'
import type { Paper } from '../../../../src/papers/paper.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { borderPapers } from '../../../../src/queries/ranking/border-papers.ts'
import { closePapers } from '../../../../src/queries/ranking/close-papers.ts'
import { archiveOf } from '../../../support/archive-of.ts'
import { CARS_AND_CELLS } from '../../../support/learned-space.ts'

const TODAY = '2026-11-24'
const DAYS = { from: TODAY, to: TODAY }

/** Papers of today, numbered from 1, after some on cars and cells; with fewer than three on cars, those are unknown. */
function archiveWith(titles: string[], { cars = 4, facts = {} as Partial<Paper> } = {}) {
  const earlier = [
    ...Array.from({ length: cars }, () => 'car engine road'),
    ...Array.from({ length: 40 }, (_, i) => CARS_AND_CELLS[4 + (i % 3)]!),
  ]
  const today = titles.map((title) => ({ title, firstDay: TODAY, ...facts }))
  const others = earlier.map((title, i) => ({ title, firstDay: '2026-11-20', id: 1001 + i }))
  return archiveOf([...today, ...others], { space: CARS_AND_CELLS })
}

const bordering = (archive: ReturnType<typeof archiveWith>, query: string, limit = 5) =>
  borderPapers(archive, parseQuery(query), { day: TODAY, to: TODAY, limit }).map(({ id }) => id)

const PAPERS = ['car engine', 'automobile engine wheel', 'engine of protein gene tissue cell', 'gene cell']

describe('borderPapers', () => {
  test('has the papers nearest to the threshold on both sides, without matches and papers without a word', () => {
    expect(bordering(archiveWith(PAPERS), 'car engine').sort()).toEqual([2, 3])
    expect(bordering(archiveWith(PAPERS), 'car engine', 1)).toHaveLength(1)
    expect(bordering(archiveWith(PAPERS), 'oboe')).toEqual([])
  })

  test('has no paper that a condition of the query leaves out', () => {
    const archive = archiveWith(PAPERS, { facts: { authors: ['Ann Author'] } })
    expect(bordering(archive, 'car engine author:author').sort()).toEqual([2, 3])
    expect(bordering(archive, 'car engine author:other')).toEqual([])
    expect(bordering(archive, 'car engine -wheel')).toEqual([3])
  })
})

describe('closePapers with grades', () => {
  const close = (archive: ReturnType<typeof archiveWith>, query: string, grades: Record<number, number>) => {
    const graded = Object.entries(grades).map(([id, grade]) => [Number(id), { grade }] as const)
    return closePapers(archive, parseQuery(query), DAYS, new Map(graded)).map(({ id }) => id)
  }

  test('moves papers in and out', () => {
    const archive = archiveWith(PAPERS)
    expect(close(archive, 'car engine', {})).toEqual([])
    expect(close(archive, 'car engine', { 2: 8, 3: 2 })).toEqual([2])
    expect(close(archive, 'car engine', { 3: 9 })).toEqual([3])
  })

  test('takes no match and no paper that a condition leaves out, whatever their grades', () => {
    expect(close(archiveWith(PAPERS), 'car engine', { 1: 10 })).toEqual([])
    expect(close(archiveWith(PAPERS), 'car engine -wheel', { 2: 10 })).toEqual([])
  })

  test('takes well graded papers of a topic that too few papers are about', () => {
    const archive = archiveWith(PAPERS, { cars: 0 })
    expect(close(archive, 'car engine', { 2: 8 })).toEqual([2])
    expect(close(archive, 'car engine', {})).toEqual([])
  })
})
