import type { Deps, SearchThread, SearchThreadJob } from '../../src/core/deps.ts'
import { toPlainError } from '../../src/core/plain-error.ts'
import { runSearchJob } from '../../src/search/in-search-thread.ts'
import type { JobOutcome } from '../../src/service/search-program.ts'
import { oneAtATime } from '../../src/service/search-thread.ts'

/** A search thread whose jobs run in the thread of the test, in the queue of a service, and which a test can keep busy. */
export interface HeldSearchThread extends SearchThread {
  /** How many jobs wait for their place. */
  readonly waiting: number
  /** The milliseconds that each job reports as its CPU time. */
  spentMs: number
  /** Adds a job of a network, as slow as the test wants. */
  hold(network: string): void
  /** Ends all jobs of `hold`: the one that runs, and the others when it is their place. */
  release(): Promise<void>
}

const HELD = 'held'

/** `depsOf` returns the deps of each job. */
export function heldSearchThread(depsOf: () => Deps): HeldSearchThread {
  let open = 0
  let running = 0
  let released = Promise.withResolvers<void>()
  const held: Promise<unknown>[] = []

  const resultOf = (job: SearchThreadJob): Promise<unknown> =>
    job.url === HELD
      ? released.promise
      : runSearchJob({ ...depsOf(), searchThread: undefined }, structuredClone(job))

  const queue = oneAtATime(async (job): Promise<JobOutcome> => {
    running++
    try {
      return { result: structuredClone(await resultOf(job)), spentMs: thread.spentMs }
    } catch (error) {
      return { error: toPlainError(error), spentMs: thread.spentMs }
    } finally {
      running--
    }
  })

  const thread: HeldSearchThread = {
    spentMs: 0,
    get waiting() {
      return open - running
    },
    run: async (job, place) => {
      open++
      try {
        return await queue.run(job, place)
      } finally {
        open--
      }
    },
    hold: (network) => void held.push(thread.run({ url: HELD, name: '', input: null }, { network })),
    release: async () => {
      released.resolve()
      await Promise.allSettled(held.splice(0))
      released = Promise.withResolvers()
    },
  }
  return thread
}
