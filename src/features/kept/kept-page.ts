import { dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { dateWithYear } from '../../i18n/dates.ts'
import { counted, fill, words } from '../../i18n/words.ts'
import { papersById } from '../../papers/paper.repo.ts'
import { plainTextsOf } from '../../papers/plain-paper.ts'
import { reasonText } from '../../queries/reasons/reason-text.ts'
import type { Subscriber } from '../../subscribers/subscriber.ts'
import { CITATION_TYPES } from '../../web/site/citations.ts'
import { pagesView } from '../../web/site/list-view.ts'
import { paperItem } from '../../web/site/paper-view.ts'
import { keptPapers } from './kept.repo.ts'
import { privateAddresses } from './private-address.repo.ts'
import { addressToken } from './private-addresses.ts'

const ON_PAGE = 50
const REMOVE = new URL('remove.eta', import.meta.url)

interface Opened {
  subscriber: Subscriber
  token: string
  page: number
  /** The id of the paper that was just removed; 0 for none. */
  removed: number
}

/** A page of what a subscriber keeps, newest first. */
export async function keptPageView({ db, config }: Deps, { subscriber, token, ...asked }: Opened) {
  const kept = await keptPapers(db, subscriber.id)
  const path = `/kept/${token}`
  const pages = Math.max(1, Math.ceil(kept.length / ON_PAGE))
  const page = Math.min(Math.max(1, asked.page), pages)
  const shown = new Map(kept.slice((page - 1) * ON_PAGE, page * ON_PAGE).map((one) => [one.paperId, one]))
  const papers = await papersById(db, [...shown.keys()])
  const { 'kept-feed': feed } = await privateAddresses(db, subscriber)
  const feedPath = feed && `/kept/${addressToken(config, feed)}`
  return {
    path,
    formats: Object.keys(CITATION_TYPES),
    count: counted(kept.length, words.kept.count),
    papers: papers.map((paper) => {
      const { at, why } = shown.get(paper.id)!
      return {
        ...paperItem(paper, { dated: true }),
        reason: why ? reasonText(why) : '',
        remove: { file: REMOVE, part: { path, page, id: paper.id, at: keptOn(at) } },
      }
    }),
    removed: await removedView(
      { db },
      { id: asked.removed, isKept: kept.some(({ paperId }) => paperId === asked.removed) },
    ),
    pages: pagesView({ page, pages }, (number) => (number > 1 ? `${path}?page=${number}` : path)),
    feeds: feedPath ? { atom: `${feedPath}.xml`, json: `${feedPath}.json` } : null,
  }
}

const keptOn = (at: Date): string => fill(words.kept.since, { date: dateWithYear(dayOf(at)) })

/** The paper that a button has just removed; null once it is kept again. */
async function removedView({ db }: Pick<Deps, 'db'>, { id, isKept }: { id: number; isKept: boolean }) {
  const [paper] = id > 0 && !isKept ? await papersById(db, [id]) : []
  return paper ? { id, title: plainTextsOf(paper).title } : null
}
