import { setImmediate } from 'node:timers/promises'
import type { Paper } from '../../papers/paper.ts'
import type { PaperIndex, TokenizedPaper } from './paper-index.ts'

/** So many papers are cut into words, in some 10 ms, before others get their turn. */
const PAPERS_PER_YIELD = 20

/** `put`, for papers that are many: pages, mail servers and leases of the same process are not held up. */
export async function upsertYielding(index: PaperIndex, papers: readonly Paper[]): Promise<void> {
  const tokenized: TokenizedPaper[] = []
  for (const [i, paper] of papers.entries()) {
    if (i % PAPERS_PER_YIELD === 0) await setImmediate()
    tokenized.push(index.tokenize(paper))
  }
  if (tokenized.length > 0) index.upsertTokenized(tokenized)
}
