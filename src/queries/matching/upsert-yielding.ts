import { setImmediate } from 'node:timers/promises'
import type { Paper } from '../../papers/paper.ts'
import type { PaperIndex, TokenizedPaper } from './paper-index.ts'

/** How many papers are tokenized, in some 10 ms, before the event loop runs other work. */
const PAPERS_PER_YIELD = 20

/** `upsert` for many papers: does not block page requests, SMTP connections and lease renewals in the same process. */
export async function upsertYielding(index: PaperIndex, papers: readonly Paper[]): Promise<void> {
  const tokenized: TokenizedPaper[] = []
  for (const [i, paper] of papers.entries()) {
    if (i % PAPERS_PER_YIELD === 0) await setImmediate()
    tokenized.push(index.tokenize(paper))
  }
  if (tokenized.length > 0) index.upsertTokenized(tokenized)
}
