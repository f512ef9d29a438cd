import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicMs } from '../../../src/core/clock.ts'
import type { Deps } from '../../../src/core/deps.ts'
import { Fault, FieldFaults } from '../../../src/core/errors.ts'
import { checkDeadline } from '../../../src/queries/deadline.ts'
import { inSearchThread } from '../../../src/search/in-search-thread.ts'

// Jobs that the tests of the search thread run in it.

let runs = 0

/** Counts how many jobs this thread has run. */
export const countRuns = inSearchThread(import.meta.url, 'countRuns', async () => ++runs)

export const countPapers = inSearchThread(import.meta.url, 'countPapers', async ({ db }: Deps) =>
  db.paper.count(),
)

export const echo = inSearchThread(import.meta.url, 'echo', async (_deps: Deps, input: unknown) => input)

export const failFields = inSearchThread(import.meta.url, 'failFields', async () => {
  throw new FieldFaults([
    { field: 'topic', fault: new Fault('query.empty') },
    { field: 'hour', fault: new Fault('request.wrong-type', { field: 'hour', takes: 'a number' }) },
  ])
})

export const pause = inSearchThread(import.meta.url, 'pause', async (_deps: Deps, ms: number) => {
  await sleep(ms)
})

/** Computes for so many milliseconds. */
export const compute = inSearchThread(import.meta.url, 'compute', async (_deps: Deps, ms: number) => {
  const began = monotonicMs()
  while (monotonicMs() - began < ms) checkDeadline()
})

export const hang = inSearchThread(import.meta.url, 'hang', async () => {
  for (;;);
})

export const end = inSearchThread(import.meta.url, 'end', async () => {
  process.exit(3)
})
