import { isDeepStrictEqual } from 'node:util'
import type { Database } from '../core/database/database.ts'
import { papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import type { Query } from '../queries/query.ts'
import { type Nearness, nearnessOf } from '../queries/reasons/nearness.ts'
import type { ShownPaper } from '../queries/reasons/shown-paper.ts'
import { toShownPaper } from '../queries/reasons/shown-paper.ts'
import type { Steps } from '../queries/steps.ts'
import { type PaperText, toPaperText } from '../queries/text/paper-text.ts'

/** Papers that are to be shown; each is cut into words when it is first looked at. */
export interface LoadedPapers {
  /** As a digest shows it: with the reason of a query, or without. Null where it left, or does not match any more. */
  show(id: number, query: Query | null): ShownPaper | null
  /** Of some papers that do not match a query, those that come nearest, with what each lacks: a paper in each step. */
  nearest(ids: readonly number[], query: Query, limit: number): Steps<ShownPaper[]>
  /** Cuts all into words beforehand: a paper in each step. */
  tokenize(): Steps<void>
}

export async function loadPapers(db: Database, ids: readonly number[]): Promise<LoadedPapers> {
  const papers = await papersById(db, [...new Set(ids)], { withWithdrawn: false })
  const byId = new Map(papers.map((paper) => [paper.id, paper]))
  return {
    show: (id, query) => {
      const paper = byId.get(id)
      const reason = paper && query ? evaluate(query, textOf(paper)) : null
      return paper && (reason || !query) ? toShownPaper(paper, reason) : null
    },
    nearest: function* (ids, query, limit) {
      const near: ReturnType<typeof nearPaper> = []
      for (const id of ids) {
        near.push(...nearPaper(byId.get(id), query))
        yield
      }
      return near
        .sort((a, b) => b.held - a.held || a.unwanted - b.unwanted)
        .slice(0, limit)
        .map(({ paper, matches, sentence }) => ({ ...toShownPaper(paper, { matches }), reason: sentence }))
    },
    tokenize: function* () {
      for (const paper of papers) yield void textOf(paper)
    },
  }
}

/** Some 30 kB each. Somebody who types is shown the same papers time and again. */
const MAX_TEXTS = 400

const textCache = new Map<number, { paper: Paper; text: PaperText }>()

/** A paper cut into words, which takes longer than finding it. */
function textOf(paper: Paper): PaperText {
  const before = textCache.get(paper.id)
  if (before && isDeepStrictEqual(before.paper, paper)) return before.text
  const text = toPaperText(paper)
  if (textCache.size >= MAX_TEXTS) textCache.clear()
  textCache.set(paper.id, { paper, text })
  return text
}

function nearPaper(paper: Paper | undefined, query: Query): (Nearness & { paper: Paper })[] {
  const nearness = paper && nearnessOf(query, textOf(paper))
  return paper && nearness ? [{ ...nearness, paper }] : []
}
