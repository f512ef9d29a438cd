import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { addDays, type Day } from '../../src/core/dates.ts'

/** A real paper with a summary of our own. `daysAgo` below 0: it comes when the demo brings that day. */
interface SamplePaper {
  title: string
  id?: string
  authors?: string[]
  published?: string
  keywords?: string[]
  code?: string
  organization?: string
  votes: number
  comments: number
  daysAgo: number
  summary: string
}

const samplePapers: SamplePaper[] = ['seed-papers.json', 'more-papers.json'].flatMap((name) =>
  JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8')),
)

/** How many more days the demo can bring. */
export const DAYS_TO_COME = -Math.min(...samplePapers.map((paper) => paper.daysAgo))

/** The sample papers of a day, best first, as Hugging Face's API answers; `today` is the day of daysAgo 0. */
export function answerFor(day: Day, today: Day): unknown[] {
  return samplePapers
    .filter((paper) => addDays(today, -paper.daysAgo) === day)
    .sort((a, b) => b.votes - a.votes)
    .map((paper) => ({
      title: paper.title,
      numComments: paper.comments,
      paper: {
        id: paper.id,
        title: paper.title,
        summary: paper.summary,
        authors: (paper.authors ?? []).map((name) => ({ name, hidden: false })),
        upvotes: paper.votes,
        submittedOnDailyAt: `${day}T02:00:00.000Z`,
        ...(paper.published && { publishedAt: `${paper.published}T00:00:00.000Z` }),
        ...(paper.keywords && { ai_keywords: paper.keywords }),
        ...(paper.code && { githubRepo: paper.code }),
        ...(paper.organization && { organization: { fullname: paper.organization } }),
      },
    }))
}
