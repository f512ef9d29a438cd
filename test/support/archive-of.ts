import type { Paper } from '../../src/papers/paper.ts'
import { Archive } from '../../src/queries/archive.ts'
import { PaperIndex } from '../../src/queries/matching/paper-index.ts'
import { samplePaper } from './sample-paper.ts'

/** The archive of papers with the given facts, numbered from 1. */
export function archiveOf(facts: readonly Partial<Paper>[]): Archive {
  const index = new PaperIndex()
  index.upsert(facts.map((one, i) => samplePaper({ id: i + 1, ...one })))
  return new Archive(index)
}
