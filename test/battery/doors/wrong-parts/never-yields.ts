// Takes all steps in one go, and counts no time.
import { runToEnd, type Steps } from '../../../../src/queries/steps.ts'

export { extrasBudget } from '../../../../src/search/yield-to-event-loop.ts'

export const runYielding = async <T>(steps: Steps<T>): Promise<T> => runToEnd(steps)

export const runYieldingWithin = async <T>(_budget: unknown, steps: Steps<T>): Promise<{ value: T }> => ({
  value: runToEnd(steps),
})

export const yieldToEventLoop = async (): Promise<void> => {}
