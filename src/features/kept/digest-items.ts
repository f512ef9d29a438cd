import type { Deps } from '../../core/deps.ts'
import { currentIds } from '../../papers/merged-ids.repo.ts'
import { papersById } from '../../papers/paper.repo.ts'
import { reasonText } from '../../queries/reasons/reason-text.ts'
import type { Subscriber } from '../../subscribers/subscriber.ts'
import { type FeedItem, itemOfPaper } from '../../web/site/write-feed.ts'
import { plannedDigests } from './planned-digests.repo.ts'

/** Readers that look once a week miss nothing. */
const MAX_DIGESTS = 30
const MAX_ITEMS = 200

/**
 * The papers of a subscriber's newest digests, each with its reason, in their order: each is dated by its digest, a second
 * before the one above it.
 */
export async function digestItems({ db, config }: Deps, { id }: Subscriber): Promise<FeedItem[]> {
  const digests = await plannedDigests(db, { subscriberId: id, most: MAX_DIGESTS })
  const shown = digests
    .flatMap(({ dueAt, content: { sections } }) => {
      const papers = sections.flatMap(({ papers, close }) => papers.map((paper) => ({ paper, close })))
      return papers.map((one, place) => ({ ...one, at: new Date(dueAt.getTime() - place * 1000) }))
    })
    .slice(0, MAX_ITEMS)
  const ids = await currentIds(
    db,
    shown.map(({ paper }) => paper.id),
  )
  const papers = new Map((await papersById(db, [...new Set(ids.values())])).map((paper) => [paper.id, paper]))
  const written = new Set<number>()
  return shown.flatMap(({ paper: inDigest, close, at }) => {
    const paper = papers.get(ids.get(inDigest.id)!)
    // Entries of one feed have different ids.
    if (!paper || written.has(paper.id)) return []
    written.add(paper.id)
    const date = at.toISOString()
    return itemOfPaper(paper, {
      baseUrl: config.BASE_URL,
      reason: reasonText(inDigest),
      isClose: close === true,
      dates: { published: date, modified: date },
    })
  })
}
