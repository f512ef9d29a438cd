import type { Deps } from '../core/deps.ts'
import type { Paper } from '../papers/paper.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { evaluate } from '../queries/matching/evaluate.ts'
import type { Query, Reason } from '../queries/query.ts'
import { strongestWords } from '../queries/ranking/profile.ts'
import { type Shortfall, shortfallOf } from '../queries/reasons/shortfall.ts'
import type { PaperText } from '../queries/text/paper-text.ts'
import { type FeedbackKind, listFeedback } from '../subscribers/feedback.repo.ts'
import { isReadable } from '../subscribers/read-signup.ts'
import { type PaperVectors, paperVectors } from './paper-vectors.ts'
import { type QuickActions, quickActionsFor } from './quick-actions.ts'

/** A paper in the context of a subscriber's topic. */
export interface PaperOfTopic extends Shortfall {
  paper: Paper
  text: PaperText
  /** Why it matches the current topic; null if it does not, or the query cannot be read. */
  reason: Reason | null
  quickActions: QuickActions
  feedback: FeedbackKind | null
  /** The words whose weight feedback on the paper changes most, as papers write them. */
  about: string[]
}

interface Opening {
  subscriberId: string
  paper: Paper
  text: PaperText
  /** The query of the current topic. */
  query: string
  /** The query that quick actions edit; null if it cannot be read. */
  base: string | null
  /** The queries of all their topics. */
  queries: readonly string[]
  /** Keys of words that feedback no longer affects. */
  removed: readonly string[]
}

/** Read-only. */
export async function paperOfTopic(deps: Deps, opening: Opening): Promise<PaperOfTopic> {
  const { subscriberId, paper, text, query, removed } = opening
  const currentQuery = isReadable(query) ? parseQuery(query) : null
  const reason = currentQuery && evaluate(currentQuery, text)
  const vectors = await paperVectors(deps)
  const feedback = await listFeedback(deps.db, subscriberId)
  return {
    paper,
    text,
    reason,
    ...(currentQuery ? shortfallOf(currentQuery, text) : { missing: [], unwanted: [] }),
    quickActions: quickActionsOf(opening, { currentQuery, reason, vectors }),
    feedback: feedback.find(({ paperId }) => paperId === paper.id)?.kind ?? null,
    about: aboutOf(vectors, text, removed),
  }
}

function quickActionsOf(
  { text, base, queries }: Opening,
  {
    currentQuery,
    reason,
    vectors,
  }: { currentQuery: Query | null; reason: Reason | null; vectors: PaperVectors },
): QuickActions {
  if (!currentQuery || base === null) return { words: [], authors: [] }
  const topics = queries.filter(isReadable).map(parseQuery)
  return quickActionsFor({ currentQuery, base, paper: text, reason, vector: vectors.vectorOf(text), topics })
}

const MAX_ABOUT = 5

function aboutOf(
  { vectorOf, writtenAs }: PaperVectors,
  paper: PaperText,
  removed: readonly string[],
): string[] {
  const moved = [...strongestWords(vectorOf(paper), MAX_ABOUT + removed.length).keys()]
  return moved
    .filter((key) => !removed.includes(key))
    .slice(0, MAX_ABOUT)
    .map(writtenAs)
}
