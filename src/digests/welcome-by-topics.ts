import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { dayOf } from '../core/dates.ts'
import { papersById } from '../papers/paper.repo.ts'
import type { Archive } from '../queries/archive.ts'
import type { PaperAttributes } from '../queries/matching/paper-index.ts'
import type { DigestContent } from './digest-content.ts'
import {
  composeWelcome,
  type MatchedElsewhere,
  matchedElsewhere,
  type WelcomeInput,
  welcomeSince,
} from './welcome.ts'

/** The papers of a welcome. */
export interface ComposedWelcome extends MatchedElsewhere {
  content: DigestContent | null
  /** We searched papers, and none matched: neither today's nor any that were emailed before. */
  nothingMatched: boolean
}

export const NOTHING_ELSEWHERE: MatchedElsewhere = { matchedToday: 0, mailedBefore: 0 }

/** More than an email and its page show; includes the best papers of a day. */
const MAX_OF_A_DAY = 200

/**
 * A welcome by topics, with papers of the newest day that no later digest offers, ranked among all papers of these
 * weeks.
 */
export async function welcomeByTopics(
  tx: DatabaseOrTransaction,
  archive: Archive,
  input: Omit<WelcomeInput, 'papers'>,
): Promise<ComposedWelcome> {
  const { recipient, queries, shown, now } = input
  const range = { from: welcomeSince(now), to: dayOf(now) }
  const found = recipient.topics.flatMap(({ queryId }) => {
    const tree = queries.get(queryId)
    return tree ? [{ queryId, tree, papers: archive.withinDays(archive.find(tree), range) }] : []
  })
  const matched = distinct(found.flatMap(({ papers }) => archive.attributesOf(papers)))
  const open = matched.filter(({ id, firstDay }) => firstDay < range.to && !shown.includes(id))
  const day = open
    .map(({ firstDay }) => firstDay)
    .sort()
    .at(-1)
  const best = ({ tree, papers }: (typeof found)[number]) =>
    archive.ranked(tree, archive.withinDays(papers, { from: day, to: day }), MAX_OF_A_DAY).map(({ id }) => id)
  const order = new Map(day === undefined ? [] : found.map((one) => [one.queryId, best(one)]))
  const papers = await papersById(tx, [...new Set([...order.values()].flat())], { withWithdrawn: false })
  const content = moreOf(
    composeWelcome({ ...input, papers, order }),
    open.filter((paper) => paper.firstDay === day),
  )
  const hasPapers = archive.count(archive.withinDays(archive.all(), range)) > 0
  if (content || !hasPapers) return { content, nothingMatched: false, ...NOTHING_ELSEWHERE }
  const elsewhere = matchedElsewhere(matched, { shown, now })
  return { content, nothingMatched: elsewhere.matchedToday + elsewhere.mailedBefore === 0, ...elsewhere }
}

const distinct = (all: PaperAttributes[]): PaperAttributes[] => [
  ...new Map(all.map((facts) => [facts.id, facts])).values(),
]

/** Counts all matches of the day, loaded or not. */
function moreOf(content: DigestContent | null, ofDay: readonly PaperAttributes[]): DigestContent | null {
  const shown = content?.sections.flatMap(({ papers }) => papers).length ?? 0
  return content && { ...content, more: Math.max(content.more, ofDay.length - shown) }
}
