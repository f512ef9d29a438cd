import { describe, expect, test } from 'vitest'
import {
  chooseClose,
  leastCloseness,
  MIN_GRADE,
  minClosenessAt,
  type NearDay,
} from '../../../../src/queries/ranking/close-papers.ts'

const day = (room: number, ...closeness: number[]): NearDay => ({
  day: '2026-11-24',
  room,
  papers: closeness.map((value, i) => ({ docId: i, id: i + 1, closeness: value })),
})
const chosen = (days: NearDay[], choice: Parameters<typeof chooseClose>[1]) =>
  chooseClose(days, choice).map(({ closeness }) => closeness)

describe('chooseClose', () => {
  test('takes the closest papers of each day up to a number, the closest of all first', () => {
    const days = [day(1, 0.6, 0.55), day(2, 0.9, 0.52, 0.51), day(0, 0.99)]
    expect(chosen(days, { minCloseness: 0.5 })).toEqual([0.9, 0.6, 0.52])
  })

  test('leaves out papers below the threshold', () => {
    const days = [day(3, 0.6, 0.5, 0.49)]
    expect(chosen(days, { minCloseness: 0.5 })).toEqual([0.6, 0.5])
    expect(chosen(days, { minCloseness: 0.61 })).toEqual([])
  })

  test('lets a preference change which papers are chosen, and in which order', () => {
    const days = [day(1, 0.54, 0.46)]
    const prefer = (docId: number) => (docId === 1 ? 1 : 0)
    expect(chooseClose(days, { minCloseness: 0.5, preference: prefer }).map(({ docId }) => docId)).toEqual([
      1,
    ])
    const dislike = (docId: number) => (docId === 0 ? -1 : 0)
    expect(chooseClose(days, { minCloseness: 0.5, preference: dislike })).toEqual([])
  })

  describe('with grades', () => {
    const idsOf = (days: NearDay[], grades: Record<number, number>, step = 0) => {
      const graded = Object.entries(grades).map(([id, grade]) => [Number(id), { grade }] as const)
      const choice = { minCloseness: minClosenessAt(step), grades: new Map(graded) }
      return chooseClose(days, choice).map(({ id }) => id)
    }

    test('takes a graded paper by its grade, wherever the words put it', () => {
      const days = [day(3, 0.55, 0.52, 0.31)]
      expect(idsOf(days, {})).toEqual([1, 2])
      expect(idsOf(days, { 2: MIN_GRADE - 1, 3: MIN_GRADE })).toEqual([1, 3])
    })

    test('counts a step of more or fewer as one grade', () => {
      const days = [day(3, 0.3)]
      expect(idsOf(days, { 1: MIN_GRADE - 1 }, 1)).toEqual([1])
      expect(idsOf(days, { 1: MIN_GRADE - 2 }, 1)).toEqual([])
      expect(idsOf(days, { 1: MIN_GRADE }, -1)).toEqual([])
    })

    test('takes a well graded paper also if its day has no room, and none from the others', () => {
      expect(idsOf([day(0, 0.9, 0.55)], { 2: 9 })).toEqual([2])
      expect(idsOf([day(1, 0.9, 0.55)], { 2: 9 })).toEqual([1, 2])
    })
  })
})

test('leastCloseness reaches as far as steps and a preference of .5 do, and by default no further than the threshold', () => {
  const preference = () => 0.5
  const choices = [{ step: 0 }, { step: -3 }, { step: 1 }, { step: 0, preference }, { step: 3, preference }]
  const least = choices.map(({ step, ...rest }) =>
    leastCloseness({ minCloseness: minClosenessAt(step), ...rest }).toFixed(2),
  )
  expect(least).toEqual(['0.50', '0.50', '0.33', '0.33', '0.33'])
})

test('minClosenessAt moves by .04 a step, at most three steps', () => {
  const thresholds = [-9, -3, -1, 0, 1, 3, 4].map((step) => Number(minClosenessAt(step).toFixed(2)))
  expect(thresholds).toEqual([0.62, 0.62, 0.54, 0.5, 0.46, 0.38, 0.38])
})
