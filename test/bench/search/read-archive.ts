import { inSearchThread } from '../../../src/search/in-search-thread.ts'
import { readWholeArchive } from '../../../src/search/open-archive.ts'

/** Reads all papers into the memory of the search thread, and returns their number and size. */
export const readArchive = inSearchThread(import.meta.url, 'readArchive', async (deps, _input: null) => {
  const { index } = await readWholeArchive(deps)
  return { papers: index.size, bytes: index.bytes }
})
