import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { paperByName, papersById } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { evaluate, evaluatePart } from '../queries/matching/evaluate.ts'
import type { Query, Reason } from '../queries/query.ts'
import type { Steps } from '../queries/steps.ts'
import { type PaperText, toPaperText } from '../queries/text/paper-text.ts'
import { runYielding, type Spend } from './yield-to-event-loop.ts'

/** A paper with the reason why a query found it. */
export interface FoundPaper {
  paper: Paper
  /** Null without a query. */
  reason: Reason | null
  /** The tokenized paper, if there is one. */
  text?: PaperText
}

/** Papers by id, in the given order. With a query, adds the reasons and skips papers that no longer match. */
export async function loadFoundPapers(
  db: DatabaseOrTransaction,
  ids: readonly number[],
  query: Query | null,
  spend?: Spend,
): Promise<FoundPaper[]> {
  const papers = await papersById(db, ids, { withWithdrawn: false })
  if (query === null) return papers.map((paper) => ({ paper, reason: null }))
  return runYielding(matching(papers, query), spend)
}

function* matching(papers: readonly Paper[], query: Query): Steps<FoundPaper[]> {
  const all: FoundPaper[] = []
  for (const paper of papers) {
    all.push(...found(paper, (text) => evaluate(query, text)))
    yield
  }
  return all
}

function found(paper: Paper, reasonOf: (text: PaperText) => Reason | null): FoundPaper[] {
  const text = toPaperText(paper)
  const reason = reasonOf(text)
  return reason ? [{ paper, reason, text }] : []
}

/** The paper that a query names, of any age, even if it has only newer versions. Empty for any other query. */
export async function findNamedPaper(db: DatabaseOrTransaction, query: Query): Promise<FoundPaper[]> {
  if (query.kind !== 'paper') return []
  const paper = await paperByName(db, query.name)
  return paper ? found(paper, (text) => evaluatePart(query, text)) : []
}
