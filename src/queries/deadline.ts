import { monotonicMs, threadCpuMs } from '../core/clock.ts'

/** The work took longer than `within` or `setDeadline` allow. */
export class DeadlineExceeded extends Error {
  constructor() {
    super('the work was stopped because it took too long')
  }
}

/** Of the CPU time of this thread, because what other programs use does not count. Only one search runs at a time in it. */
let deadline = Number.POSITIVE_INFINITY
/** By monotonicMs: the deadline cannot have passed before. Reading the CPU time takes a microsecond. */
let notBefore = Number.POSITIVE_INFINITY

/**
 * Throws DeadlineExceeded if the work that runs now has taken longer than `within` or `setDeadline` allow. For loops that
 * may take more than 50 ms.
 */
export function checkDeadline(): void {
  if (monotonicMs() > notBefore && threadCpuMs() > deadline) throw new DeadlineExceeded()
}

/**
 * Sets the deadline of all work of this thread, in milliseconds of CPU time from now, until it is set again. Infinity:
 * none.
 */
export function setDeadline(ms: number): void {
  deadline = threadCpuMs() + ms
  notBefore = monotonicMs() + ms
}

/** The milliseconds of CPU time that are left, for optional parts such as hints, near misses and counts, or for a library. */
export interface TimeBudget {
  leftMs: number
}

/** For the hints, near misses and counts of one request: with some thousand papers they take about 20 ms. */
export const extrasBudget = (leftMs = 1000): TimeBudget => ({ leftMs })

/**
 * Runs synchronous work within a time budget, and subtracts the time that it took. Undefined if the budget ran out; the
 * work may then have finished some of its parts. Throws DeadlineExceeded if an outer deadline came first.
 */
export function within<T>(budget: TimeBudget, work: () => T): { value: T } | undefined {
  if (budget.leftMs <= 0) return undefined
  const outer = { deadline, notBefore }
  const began = threadCpuMs()
  const isOwn = began + budget.leftMs < outer.deadline
  if (isOwn) setDeadline(budget.leftMs)
  try {
    return { value: work() }
  } catch (error) {
    if (isOwn && error instanceof DeadlineExceeded) return undefined
    throw error
  } finally {
    deadline = outer.deadline
    notBefore = outer.notBefore
    budget.leftMs -= threadCpuMs() - began
  }
}
