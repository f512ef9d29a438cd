import type { Paper } from '../../src/papers/paper.ts'
import { decodeUsage, type Usage, UsageLearner } from '../../src/queries/meaning/usage.ts'
import { toPaperText } from '../../src/queries/text/tokens.ts'

/** How these papers use words, as learn-worker.ts would measure and store it. */
export function usageOf(papers: readonly Paper[]): Usage {
  const learner = new UsageLearner()
  for (const paper of papers.toSorted((a, b) => (a.firstDay < b.firstDay ? 1 : -1))) {
    const { title, abstract, keywords } = toPaperText(paper)
    learner.add({ title, abstract, keywords, firstDay: paper.firstDay })
  }
  return decodeUsage(learner.finish())
}
