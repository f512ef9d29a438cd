import { Archive } from '../../src/filters/archive.ts'
import { PaperIndex } from '../../src/filters/matching/paper-index.ts'
import type { Paper } from '../../src/papers/paper.ts'
import { samplePaper } from './sample-paper.ts'

/** The archive of papers with the given facts, numbered from 1. */
export function archiveOf(facts: readonly Partial<Paper>[]): Archive {
  const index = new PaperIndex()
  index.put(facts.map((one, i) => samplePaper({ id: i + 1, ...one })))
  return new Archive(index)
}
