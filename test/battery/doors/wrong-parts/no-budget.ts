// Goes on when a budget is used up.

import type { Steps } from '../../../../src/queries/steps.ts'
import {
  runYieldingWithin as real,
  type Spend,
  type TimeBudget,
} from '../../../../src/search/yield-to-event-loop.ts'

export { extrasBudget, runYielding, yieldToEventLoop } from '../../../../src/search/yield-to-event-loop.ts'

export const runYieldingWithin = <T>(
  _budget: TimeBudget,
  steps: Steps<T>,
  spend?: Spend,
): Promise<{ value: T } | undefined> => real({ leftMs: Number.POSITIVE_INFINITY }, steps, spend)
