import { setImmediate } from 'node:timers/promises'
import type { Paper } from '../../papers/paper.ts'
import type { CutPaper, PaperIndex } from './paper-index.ts'

/** So many papers are cut into words, in some 10 ms, before others get their turn. */
const IN_ONE_TURN = 20

/** `put`, for papers that are many: pages, mail servers and leases of the same process are not held up. */
export async function takeInTurns(index: PaperIndex, papers: readonly Paper[]): Promise<void> {
  const cut: CutPaper[] = []
  for (const [i, paper] of papers.entries()) {
    if (i % IN_ONE_TURN === 0) await setImmediate()
    cut.push(index.cut(paper))
  }
  if (cut.length > 0) index.take(cut)
}
