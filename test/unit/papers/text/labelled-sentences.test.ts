import { expect, test } from 'vitest'
import { scoreRoles } from '../../../support/accuracy/summary.ts'
import { noTestData } from '../../../support/test-data.ts'

test('roleProbabilities agrees with at least 74 % of the labels of CSAbstruct', ({ skip }) => {
  const scores = scoreRoles()
  if (!scores) skip(noTestData('csabstruct'))
  expect(scores!.microF1).toBeGreaterThanOrEqual(0.74)
})
