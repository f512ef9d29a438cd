// Goes on when the deadline is over or a budget is used up.
import type { TimeBudget } from '../../../../src/queries/deadline.ts'

export { DeadlineExceeded, extrasBudget, setDeadline } from '../../../../src/queries/deadline.ts'

export function checkDeadline(): void {}

export const within = <T>(_budget: TimeBudget, work: () => T): { value: T } => ({ value: work() })
