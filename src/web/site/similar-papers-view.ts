import { rateOf } from '../../i18n/rates.ts'
import type { SimilarPapers } from '../../search/similar-papers.ts'
import { subscribePath } from './feed-paths.ts'
import { type PaperItem, paperItem } from './paper-view.ts'

/** Below a paper: similar papers, and a topic that would find them. */
export interface SimilarPapersView {
  papers: PaperItem[]
  /** The subscribe form with that topic, and how much it would have matched: "12 papers in 30 days". */
  topic: { path: string; query: string; rate: string } | null
}

/** Null if there are neither papers nor a topic. */
export function similarPapersView({ papers, topic }: SimilarPapers): SimilarPapersView | null {
  if (papers.length === 0 && !topic) return null
  return {
    papers: papers.map((paper) => paperItem(paper, { dated: true })),
    topic: topic && {
      path: subscribePath([topic.query]),
      query: topic.query,
      rate: rateOf(topic.papers, topic.days),
    },
  }
}
