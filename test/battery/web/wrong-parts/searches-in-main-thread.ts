// Runs each search where it is called.
import type { SearchJob } from '../../../../src/search/in-search-thread.ts'

export { runSearchJob } from '../../../../src/search/in-search-thread.ts'

export const inSearchThread = <I, R>(_url: string, _name: string, work: SearchJob<I, R>): SearchJob<I, R> =>
  work
