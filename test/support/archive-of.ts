import type { Paper } from '../../src/papers/paper.ts'
import { Archive } from '../../src/queries/archive.ts'
import { PaperIndex } from '../../src/queries/matching/paper-index.ts'
import { spaceOf } from './learned-space.ts'
import { samplePaper } from './sample-paper.ts'
import { usageOf } from './usage-of.ts'

interface Learned {
  /** The titles from which a space is learned; none without them. */
  space?: readonly string[] | undefined
  /** Whether it knows how its papers use words. */
  usage?: boolean
}

/** The archive of papers with the given facts, numbered from 1. */
export function archiveOf(facts: readonly Partial<Paper>[], { space, usage = false }: Learned = {}): Archive {
  const papers = facts.map((one, i) => samplePaper({ id: i + 1, ...one }))
  const index = new PaperIndex()
  index.upsert(papers)
  const archive = new Archive(index)
  if (usage) archive.usage = usageOf(papers)
  if (space) archive.computeVectors(spaceOf(space))
  return archive
}
