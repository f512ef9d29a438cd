import type { Day } from '../../core/dates.ts'
import { dateRelativeTo } from '../../i18n/dates.ts'
import { counted, fill, words } from '../../i18n/words.ts'
import type { Paper } from '../../papers/paper.ts'
import type { Gains, PaperList } from '../../search/load-paper-list.ts'
import { dayLink, paperItem, shareOf } from './paper-view.ts'

/** Papers with fewer votes are brief, or with fewer than a tenth of the most votes. */
const FEW_VOTES = 10
const FEW_OF_MOST = 0.1
/** On a quiet day, or early in the day, all papers have few votes. */
const MIN_MOST_VOTES = 2 * FEW_VOTES
/** Of a day; the others are brief. */
const MAX_CARDS_OF_DAY = 9
/** Fewer papers are cards. */
const MIN_BRIEFS = 4

/** About how high things are on a phone of 375 px. A page of a day has up to 6,000 px. */
const PHONE = { page: 5800, around: 1000, card: 320, brief: 95, sentence: 100 }

/**
 * The papers of a page of a list: a lead story, cards, and in brief those with few votes. By date, all are cards alike.
 */
export function cardsView(list: PaperList) {
  const { papers, order, page, mostVotes, gains } = list
  const cards = papers.map((paper) => cardOf(paper, list))
  const isLed = (gains !== null || order === 'votes') && page === 1 && (mostVotes ?? 0) > 0
  const limit = gains === null && order === 'votes' ? briefLimitOf(list) : 0
  const full = papers.filter(({ votes }) => (votes ?? 0) >= limit).length
  const hasBriefs = (full > 0 || !Number.isFinite(limit)) && papers.length - full >= MIN_BRIEFS
  const end = hasBriefs ? full : papers.length
  return {
    /** The paper with the most votes. */
    lead: isLed ? (cards[0] ?? null) : null,
    cards: cards.slice(isLed ? 1 : 0, end),
    briefs: hasBriefs ? briefsView(cards.slice(end), limit, end) : null,
  }
}

/** The votes below which a paper is brief; 0 if none is. On the later pages of a day all are. */
function briefLimitOf({ span, papers, page, mostVotes }: PaperList): number {
  const most = mostVotes ?? 0
  if (most > 0 && page > 1 && span?.unit === 'day') return Number.POSITIVE_INFINITY
  const few =
    most < MIN_MOST_VOTES ? 0 : FEW_VOTES * Math.max(1, Math.floor((most * FEW_OF_MOST) / FEW_VOTES))
  const next = span?.unit === 'day' ? papers[maxCardsOf(papers.length)]?.votes : null
  return Math.max(few, (next ?? -1) + 1)
}

/** Fewer on a long day, so that its page is not too long for a phone. */
function maxCardsOf(papers: number): number {
  const { page, around, card, brief } = PHONE
  const fitting = Math.floor((page - around - papers * brief) / (card - brief))
  return Math.max(1, Math.min(MAX_CARDS_OF_DAY, fitting))
}

function briefsView(papers: ReturnType<typeof cardOf>[], limit: number, cards: number) {
  const { page, around, card, brief, sentence } = PHONE
  const left = page - around - cards * card - papers.length * brief
  return {
    hint: Number.isFinite(limit) ? fill(words.list.briefHint, { count: limit }) : null,
    papers,
    /** The number of papers, from the first on, of which a phone shows the sentence. */
    onPhone: Math.max(0, Math.floor(left / sentence)),
  }
}

function cardOf(paper: Paper, list: PaperList) {
  const item = paperItem(paper, { mostVotes: list.mostVotes })
  const day = list.span?.unit === 'day' ? null : dayOfCard(paper.firstDay, list.today)
  return { ...item, day, gain: list.gains && gainOf(paper, list.gains, list) }
}

/** "today", "Tuesday 24 November" */
const dayOfCard = (day: Day, today: Day) => ({
  ...dayLink(day),
  text: day === today ? words.list.today : dateRelativeTo(today, day),
})

/** "+54", "in 2 days", "250 in all"; of a paper of today: "today". */
function gainOf(paper: Paper, { byPaper, days }: Gains, { today, mostVotes }: PaperList) {
  const gained = byPaper.get(paper.id) ?? 0
  const isNew = paper.firstDay === today
  return {
    text: fill(words.list.gained.votes, { count: gained }),
    when: isNew
      ? words.list.today
      : fill(words.list.gained.lately, { days: counted(days, words.counts.day) }),
    total:
      paper.votes === null || paper.votes === gained
        ? null
        : fill(words.list.gained.inAll, { count: paper.votes }),
    share: shareOf(gained, mostVotes),
  }
}
