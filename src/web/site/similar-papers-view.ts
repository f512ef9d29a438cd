import { rateOf } from '../../i18n/rates.ts'
import type { SimilarPapers } from '../../search/similar-papers.ts'
import { subscribePath } from './feed-paths.ts'
import { type PaperItem, paperItem } from './paper-view.ts'

/** Below a paper: others like it, and a topic that finds such papers. */
export interface SimilarPapersView {
  papers: PaperItem[]
  /** The form with that topic, and what it would have found: "12 papers in 30 days". */
  topic: { path: string; query: string; rate: string } | null
}

/** Null without any. */
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
