import type { PapersLike } from '../../flows/papers/papers-like.ts'
import { pathOf } from '../../papers/identifiers.ts'
import { type PageRun, pageRuns } from '../../papers/text/page-text.ts'
import { plainText } from '../../papers/text/plain-text.ts'
import { dateWithYear } from '../../words/dates.ts'
import { rateOf } from '../../words/rates.ts'
import { counted, words } from '../../words/words.ts'
import { topicsPath } from './feed-paths.ts'
import { firstAuthors } from './paper-view.ts'

/** What stands below a paper: others like it, and a topic that brings such papers. */
export interface LikeView {
  papers: { path: string; titleRuns: PageRun[]; authors: string; facts: string }[]
  /** The form with that topic, and what it would have brought: "12 papers in 30 days". */
  topic: { path: string; query: string; rate: string } | null
}

/** Null where there is neither. */
export function likeView({ papers, topic }: PapersLike): LikeView | null {
  if (papers.length === 0 && !topic) return null
  return {
    papers: papers.map((paper) => ({
      path: pathOf(paper),
      titleRuns: pageRuns(paper.title),
      authors: firstAuthors(paper.authors.map(plainText)),
      facts: [
        dateWithYear(paper.firstDay),
        ...(paper.votes === null ? [] : [counted(paper.votes, words.counts.vote)]),
      ].join(', '),
    })),
    topic: topic && {
      path: topicsPath([topic.query]),
      query: topic.query,
      rate: rateOf(topic.papers, topic.days),
    },
  }
}
