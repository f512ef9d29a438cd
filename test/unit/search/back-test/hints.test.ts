import { expect, test } from 'vitest'
import { DayWindow } from '../../../../src/search/back-test/day-window.ts'
import { isTooBroad } from '../../../../src/search/back-test/hints.ts'
import { archiveOf } from '../../../support/archive-of.ts'

const DAYS = { from: '2026-11-23', to: '2026-11-24' }

test.each([
  [30, 15, false],
  [31, 15, true],
  [51, 25, true],
])('%i papers on two days are more than a mail of %i holds: %s', (papers, most, expected) => {
  const window = new DayWindow(archiveOf([{ firstDay: '2026-11-23' }, { firstDay: '2026-11-24' }]), DAYS)
  expect(isTooBroad(papers, window, most)).toBe(expected)
})
