import type { Deps, SearchThreadJob } from '../core/deps.ts'

/** Input and result are plain data: what `structuredClone` copies, so no functions and no instances of our classes. */
export type SearchJob<I, R> = (deps: Deps, input: I) => Promise<R>

/** Of the modules that this thread has loaded, by module and name. */
const jobs = new Map<string, SearchJob<never, unknown>>()

const keyOf = ({ url, name }: Pick<SearchThreadJob, 'url' | 'name'>): string => `${url} ${name}`

/**
 * A function over the papers in memory. Where `deps` has a search thread, as in a service, it runs there; otherwise, as
 * in commands, tests and the thread itself, it runs here. `url` is the `import.meta.url` of its module, which the thread
 * loads, and `name` its own in that module. Throws what `work` throws, and in a service also rate.at-once, search.busy
 * and search.too-long.
 */
export function inSearchThread<I, R>(url: string, name: string, work: SearchJob<I, R>): SearchJob<I, R> {
  jobs.set(keyOf({ url, name }), work)
  return async (deps, input) => {
    const { searchThread } = deps
    return searchThread ? ((await searchThread.run({ url, name, input })) as R) : work(deps, input)
  }
}

/** Runs a job of a module in this thread. */
export async function runSearchJob(deps: Deps, { url, name, input }: SearchThreadJob): Promise<unknown> {
  await import(url)
  const work = jobs.get(keyOf({ url, name })) as SearchJob<unknown, unknown> | undefined
  if (!work) throw new Error(`${url} has no search job named ${name}`)
  return work(deps, input)
}
