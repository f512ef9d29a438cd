import type { Deps } from '../../core/deps.ts'
import { papersById } from '../../papers/paper.repo.ts'
import { reasonText } from '../../queries/reasons/reason-text.ts'
import type { Subscriber } from '../../subscribers/subscriber.ts'
import { type FeedItem, itemOfPaper } from '../../web/site/write-feed.ts'
import { keptPapers } from './kept.repo.ts'

const MAX_ITEMS = 100

/** The papers that a subscriber kept last, each with why their digest showed it. */
export async function keptItems({ db, config }: Deps, { id }: Subscriber): Promise<FeedItem[]> {
  const newest = (await keptPapers(db, id)).slice(0, MAX_ITEMS)
  const kept = new Map(newest.map((one) => [one.paperId, one]))
  return (await papersById(db, [...kept.keys()])).map((paper) => {
    const { at, why } = kept.get(paper.id)!
    const date = at.toISOString()
    return itemOfPaper(paper, {
      baseUrl: config.BASE_URL,
      reason: why ? reasonText(why) : '',
      isClose: false,
      dates: { published: date, modified: date },
    })
  })
}
