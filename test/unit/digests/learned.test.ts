import { expect, test } from 'vitest'
import { learnedIn } from '../../../src/digests/learned.ts'
import { minClosenessAt } from '../../../src/queries/ranking/close-papers.ts'

test('the threshold of a topic for papers that come close counts its own step and that of votes', () => {
  const topic = { phrases: new Map(), usual: 0, removed: [], step: 2, votedStep: 1 }
  const learned = learnedIn({ preference: () => () => 0 }, new Map([[7, topic]]))
  expect(learned.minClosenessOf(7)).toBe(minClosenessAt(3))
  expect(learned.minClosenessOf(8)).toBe(minClosenessAt(0))
})
