import type { Config } from '../../config/config.ts'
import type { Day } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { longDate } from '../../i18n/dates.ts'
import { counted, words } from '../../i18n/words.ts'
import { votesOfDay } from '../../papers/listed.repo.ts'
import type { Paper } from '../../papers/paper.ts'
import { plainTextsOf } from '../../papers/plain-paper.ts'
import { asHeading, proposedName } from '../../queries/language/topic-name.ts'
import { FIRST_PAGE, loadPaperList } from '../../search/load-paper-list.ts'
import { parseSpan } from '../../search/spans.ts'
import { placeByVotes, placeText } from '../../web/site/place-of-day.ts'
import type { ShareCard } from './share-card.ts'

const OUR_ACCENT = '#12564f'
/** More would be lines: those with the fewest votes are left out. */
const MAX_BARS = 60

const w = words.shareImages
const PLACE_WORDS = { most: w.most, place: w.place }

/** The card of pages without one of their own. */
export const siteCard = ({ SITE_NAME: site, SITE_COLOR: color }: Config): ShareCard => ({
  site,
  accent: color?.light ?? OUR_ACCENT,
  date: '',
  title: words.subscribe.heading,
  lead: words.site.description,
  authors: [],
  organization: '',
  figure: '',
  caption: '',
  bars: [],
  chosen: null,
})

/** A paper with its votes among those of its day. */
export async function paperCard({ config, db }: Deps, paper: Paper): Promise<ShareCard> {
  const { title, authors, organization } = plainTextsOf(paper)
  const card = {
    ...siteCard(config),
    lead: '',
    date: longDate(paper.firstDay),
    title,
    authors,
    organization,
  }
  const { votes } = paper
  if (votes === null) return card
  const all = (await votesOfDay(db, paper.firstDay)).sort((a, b) => a.votes - b.votes)
  const papers = counted(all.length, words.counts.paper)
  const shown = all.slice(-MAX_BARS)
  const chosen = shown.findIndex(({ id }) => id === paper.id)
  return {
    ...card,
    figure: String(votes),
    caption: counted(votes, w.votes, {
      place: placeText({ place: placeByVotes(votes, all), papers }, PLACE_WORDS),
    }),
    bars: shown.map((one) => one.votes),
    chosen: chosen < 0 ? null : chosen,
  }
}

/** A day with its number of papers and the title with the most votes. Throws days.*, page.not-found without papers. */
export async function dayCard(deps: Deps, day: Day): Promise<ShareCard> {
  const span = parseSpan('day', day)
  const { papers, counts } = await loadPaperList(deps, { span, ...FIRST_PAGE })
  const [lead] = papers
  if (!lead) throw new Fault('page.not-found')
  const bars = (await votesOfDay(deps.db, span.from)).map(({ votes }) => votes).sort((a, b) => a - b)
  const shown = bars.slice(-MAX_BARS)
  return {
    ...siteCard(deps.config),
    title: longDate(span.from),
    lead: plainTextsOf(lead).title,
    figure: String(counts.papers),
    caption: counted(counts.papers, w.papers),
    bars: shown,
    chosen: shown.length > 0 ? shown.length - 1 : null,
  }
}

/** A topic with the number of papers that it matched on each day, oldest first. */
export function topicCard(config: Config, query: string, bars: number[]): ShareCard {
  const total = bars.reduce((sum, papers) => sum + papers, 0)
  const span = counted(bars.length, words.counts.day)
  return {
    ...siteCard(config),
    title: asHeading(proposedName(query)),
    lead: '',
    figure: String(total),
    caption: counted(total, w.papersIn, { span }),
    bars,
    chosen: bars.length - 1,
  }
}
