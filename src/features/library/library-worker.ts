import { within } from '../../queries/deadline.ts'
import { emptyLibrary, type Library, readLibrary } from './read-library.ts'

export interface ReadingOutcome {
  library: Library
  /** Milliseconds of CPU time. */
  spentMs: number
}

/** Runs in the thread of library-reader.ts. After `maxMs` the library has the entries that were read until then. */
export default ({ text, maxMs }: { text: string; maxMs: number }): ReadingOutcome => {
  const library = emptyLibrary()
  const budget = { leftMs: maxMs }
  within(budget, () => readLibrary(text, library))
  return { library, spentMs: maxMs - budget.leftMs }
}
