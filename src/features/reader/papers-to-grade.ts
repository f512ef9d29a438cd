import { addDays, type Day, daysIn } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { undefinedIfThrown } from '../../core/errors.ts'
import type { Query } from '../../queries/query.ts'
import { borderPapers } from '../../queries/ranking/border-papers.ts'
import { inSearchThread } from '../../search/in-search-thread.ts'
import { openArchive } from '../../search/open-archive.ts'

/** For each topic and day. */
export const PAPERS_PER_DAY = 5

/** Papers of these days may be in a digest for the first time: over a weekend, or of a whole week. */
const DAYS_BACK = 3
const RARE_DAYS_BACK = 7

interface TopicToGrade {
  tree: Query
  isRare: boolean
}

/** The papers of a day that a topic's words say least about, as ids. */
export interface PapersOfDay {
  day: Day
  papers: number[]
}

/** For each topic, the newest day first. */
export const papersToGrade = inSearchThread(
  import.meta.url,
  'papersToGrade',
  async (
    deps: Deps,
    { topics, today }: { topics: readonly TopicToGrade[]; today: Day },
  ): Promise<PapersOfDay[][]> => {
    const archive = await openArchive(deps, { withVectors: true })
    return topics.map(({ tree, isRare }) =>
      daysIn({ from: firstDayOf(today, isRare), to: today })
        .toReversed()
        .map((day) => ({ day, papers: papersOn(day, tree) }))
        .filter(({ papers }) => papers.length > 0),
    )

    /** None for a query that cannot be read. */
    function papersOn(day: Day, tree: Query): number[] {
      const input = { day, to: today, limit: PAPERS_PER_DAY }
      return undefinedIfThrown(() => borderPapers(archive, tree, input).map(({ id }) => id)) ?? []
    }
  },
)

export const firstDayOf = (today: Day, isRare: boolean): Day =>
  addDays(today, -(isRare ? RARE_DAYS_BACK : DAYS_BACK))
