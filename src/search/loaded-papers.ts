import { isDeepStrictEqual } from 'node:util'
import type { Database } from '../core/database/database.ts'
import { LruCache } from '../core/lru-cache.ts'
import { paperByName, papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import type { Archive } from '../queries/archive.ts'
import { checkDeadline } from '../queries/deadline.ts'
import { evaluate, evaluatePart } from '../queries/matching/evaluate.ts'
import { indexedPaperText } from '../queries/matching/indexed-text.ts'
import type { Query, Reason } from '../queries/query.ts'
import { type Nearness, nearnessOf } from '../queries/reasons/nearness.ts'
import {
  type ShownPaper,
  showClose,
  showNearMiss,
  toShownPaper,
  withAddition,
} from '../queries/reasons/shown-paper.ts'
import { type PaperText, toPaperText } from '../queries/text/tokens.ts'

export type LoadedPapers = Awaited<ReturnType<typeof loadPapers>>

/** Papers for display. Each is tokenized when it is first needed. */
export async function loadPapers(db: Database, ids: readonly number[]) {
  const papers = await papersById(db, [...new Set(ids)], { withWithdrawn: false })
  const byId = new Map(papers.map((paper) => [paper.id, paper]))
  return {
    /**
     * The paper as in a digest, with the reason of the query if there is one. Null if the paper is gone or no longer
     * matches.
     */
    show(id: number, query: Query | null): ShownPaper | null {
      const paper = byId.get(id)
      const reason = paper && query ? evaluate(query, textOf(paper)) : null
      return paper && (reason || !query) ? toShownPaper(paper, reason) : null
    },

    /**
     * The papers closest to matching a query, out of papers that do not match, with what each lacks.
     */
    nearest(ids: readonly number[], query: Query, limit: number): ShownPaper[] {
      const near: (Nearness & { paper: Paper })[] = []
      for (const id of ids) {
        const paper = byId.get(id)
        const nearness = paper && nearnessOf(query, textOf(paper))
        if (nearness) near.push({ ...nearness, paper })
      }
      return near
        .sort((a, b) => b.held - a.held || a.unwanted - b.unwanted)
        .slice(0, limit)
        .map(({ paper, ...near }) => showNearMiss(paper, near))
    },

    /** A paper that comes close to a topic but does not match it; null if the paper is gone or matches now. */
    showClose(id: number, { name, meaning }: { name: string; meaning: Query }): ShownPaper | null {
      const paper = byId.get(id)
      if (!paper || evaluate(meaning, textOf(paper))) return null
      const matches = nearnessOf(meaning, textOf(paper))?.matches ?? []
      return withAddition(showClose(paper, matches), { closeTo: { topic: name, topicId: 0 } })
    },

    /** Those that `showClose` shows, in the given order. */
    close(ids: readonly number[], topic: { name: string; meaning: Query }): FoundClose[] {
      const found: FoundClose[] = []
      for (const id of ids) {
        const [paper, shown] = [byId.get(id), this.showClose(id, topic)]
        if (paper && shown) found.push({ paper, shown })
      }
      return found
    },
  }
}

/** A tokenized paper has some 30 kB. While a visitor types, the same papers are shown again and again. */
const MAX_TEXTS = 400

const textCache = new LruCache<number, { paper: Paper; text: PaperText }>(MAX_TEXTS)

/** A tokenized paper, cached: tokenizing takes longer than the search. */
function textOf(paper: Paper): PaperText {
  const before = textCache.get(paper.id)
  if (before && isDeepStrictEqual(before.paper, paper)) return before.text
  checkDeadline()
  return textCache.set(paper.id, { paper, text: toPaperText(paper) }).text
}

/** A paper with the reason why a query found it. */
export interface FoundPaper {
  paper: Paper
  /** Null without a query. */
  reason: Reason | null
}

/** A paper that comes close to a query. */
export interface FoundClose {
  paper: Paper
  /** With the reason. */
  shown: ShownPaper
}

/** A query, and the archive that found its papers. */
interface Asked {
  query: Query
  archive: Archive
}

/** Papers by id, in the given order. With a query, adds the reasons and skips papers that no longer match. */
export async function loadFoundPapers(
  db: Database,
  ids: readonly number[],
  asked: Asked | null,
): Promise<FoundPaper[]> {
  const papers = await papersById(db, ids, { withWithdrawn: false })
  if (asked === null) return papers.map((paper) => ({ paper, reason: null }))
  const { query, archive } = asked
  return papers.flatMap((paper) => {
    checkDeadline()
    const reason = evaluate(query, indexedPaperText(paper, archive.index))
    return reason ? [{ paper, reason }] : []
  })
}

/** The paper that a query names, of any age, even if it has only newer versions. Empty for any other query. */
export async function findNamedPaper(db: Database, query: Query): Promise<FoundPaper[]> {
  if (query.kind !== 'paper') return []
  const paper = await paperByName(db, query.name)
  if (!paper) return []
  const reason = evaluatePart(query, toPaperText(paper))
  return reason ? [{ paper, reason }] : []
}
