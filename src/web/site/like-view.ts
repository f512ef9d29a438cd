import { rateOf } from '../../i18n/rates.ts'
import type { PapersLike } from '../../search/papers-like.ts'
import { topicsPath } from './feed-paths.ts'
import { type PaperItem, paperItem } from './paper-view.ts'

/** Below a paper: others like it, and a topic that finds such papers. */
export interface LikeView {
  papers: PaperItem[]
  /** The form with that topic, and what it would have found: "12 papers in 30 days". */
  topic: { path: string; query: string; rate: string } | null
}

/** Null without any. */
export function likeView({ papers, topic }: PapersLike): LikeView | null {
  if (papers.length === 0 && !topic) return null
  return {
    papers: papers.map((paper) => paperItem(paper, { dated: true })),
    topic: topic && {
      path: topicsPath([topic.query]),
      query: topic.query,
      rate: rateOf(topic.papers, topic.days),
    },
  }
}
