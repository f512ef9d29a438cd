import type { Deps } from '../core/deps.ts'

/** Input and result are plain data: what `structuredClone` copies, so no functions and no instances of our classes. */
export type SearchJob<I, R> = (deps: Deps, input: I) => Promise<R>

/**
 * A function over the papers in memory. Where `deps` has a search thread, as in a service, it runs there; otherwise, as
 * in commands, tests and the thread itself, it runs here. `url` is the `import.meta.url` of its module, and `name` the
 * name by which that exports it. Throws what `work` throws, and in a service also rate.at-once, search.busy and
 * search.too-long.
 */
export const inSearchThread =
  <I, R>(url: string, name: string, work: SearchJob<I, R>): SearchJob<I, R> =>
  async (deps, input) => {
    const { searchThread } = deps
    return searchThread ? ((await searchThread.run({ url, name, input })) as R) : work(deps, input)
  }
