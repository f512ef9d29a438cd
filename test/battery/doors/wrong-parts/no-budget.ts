// Goes on when a budget is used up.
import type { TimeBudget } from '../../../../src/queries/deadline.ts'

export {
  checkDeadline,
  DeadlineExceeded,
  extrasBudget,
  setDeadline,
} from '../../../../src/queries/deadline.ts'

export const within = <T>(_budget: TimeBudget, work: () => T): { value: T } => ({ value: work() })
