import { expect, test } from 'vitest'
import { paceText } from '../../../../src/web/signup/preview-figures.ts'

test.each([
  [44, 22, 30, 'about 2 a day'],
  [22, 22, 30, 'about 1 a day'],
  [21, 22, 30, 'about 5 a week'],
  [5, 22, 30, 'about 1 a week'],
  [4, 22, 30, 'less than one a week'],
  [0, 22, 30, 'less than one a week'],
  // papers come on all seven days
  [5, 30, 30, 'about 1 a week'],
  // a site that is new
  [4, 4, 5, 'about 1 a day'],
  [2, 3, 3, 'about 5 a week'],
])('%i papers, of %i days with papers in %i: %s', (papers, openDays, days, expected) =>
  expect(paceText({ openDays, weeks: days / 7 }, papers)).toBe(expected),
)
