import type { DigestContent } from '../../digests/digest-content.ts'
import { listed } from '../../i18n/words.ts'
import type { TopicText } from '../../subscribers/subscriber.ts'
import type { ExplainContext } from './context.ts'
import { dayText, quantity, quotedTitle, type TimelineEntry } from './format.ts'
import type { Rematch, TopicRematch } from './rematch-topics.ts'

/** What each topic of that date matched or missed. */
export function topicTimeline({
  digest,
  rematch,
  subscription: { topics },
}: ExplainContext): TimelineEntry[] {
  if (digest?.said) return sectionEntries(digest.said, topics)
  return rematch ? rematchEntries(rematch, topics) : []
}

const step = (code: string, text: string): TimelineEntry => ({ at: null, code, text })

function sectionEntries({ sections, bestOf }: DigestContent, topics: readonly TopicText[]): TimelineEntry[] {
  if (bestOf) return [step('topic', `No topic: the best papers of ${dayText(bestOf)}.`)]
  const held = sections.map(({ topic, rising, close, papers }) => {
    const titles = papers.map(({ title }) => quotedTitle(title.map(({ text }) => text).join('')))
    const place = rising ? 'Rising' : `${close ? 'Close to topic' : 'Topic'} “${topic}”`
    return step('topic', `${place}: ${quantity(papers.length, 'paper')}: ${some(titles)}.`)
  })
  const empty = topics.filter(({ name }) => sections.every(({ topic, close }) => close || topic !== name))
  return [...held, ...empty.map(({ name }) => step('topic', `Topic “${name}”: nothing of its own.`))]
}

const MAX_NAMED = 3

const some = (items: readonly string[]): string =>
  items.length > MAX_NAMED
    ? `${items.slice(0, MAX_NAMED).join(', ')} and ${items.length - MAX_NAMED} more`
    : listed(items)

function rematchEntries(rematch: Rematch, topics: readonly TopicText[]): TimelineEntry[] {
  const { windowCount, newCount, laterPapers } = rematch
  const came = laterPapers.length > 0 ? [step('later', laterText(rematch))] : []
  if (topics.length === 0)
    return [
      step(
        'looked',
        `No topics: none of the most upvoted papers from 20 or more hours ago were new to them.`,
      ),
      ...came,
    ]
  return [
    step('looked', `${quantity(newCount, 'paper')} new to them, out of ${windowCount} in the last 14 days.`),
    ...rematch.topics.flatMap((topic) => topicEntries(topic, newCount)),
    ...came,
  ]
}

const laterText = ({ laterPapers }: Rematch): string =>
  `${quantity(laterPapers.length, 'paper')} that ${laterPapers.length === 1 ? 'matches' : 'match'} arrived after planning, for the next digest: ${some(laterPapers.map(({ title }) => quotedTitle(title)))}.`

function topicEntries(topic: TopicRematch, fresh: number): TimelineEntry[] {
  const { name, query, parseError, offered, matchesNow } = topic
  const named = name === query ? `Topic “${name}”` : `Topic “${name}” (${query})`
  if (parseError !== null) return [step('topic', `${named}: cannot be read: ${parseError}`)]
  const lines = [
    matchesNow.length > 0
      ? step(
          'topic',
          `${named}: ${quantity(matchesNow.length, 'paper')} would match now, because of words, votes or a newer version that came later.`,
        )
      : step('topic', `${named}: nothing${fresh > 0 ? whyText(topic) : ''}.`),
  ]
  if (matchesNow.length === 0 && topic.nearest)
    lines.push(
      step('nearest', `Closest: ${quotedTitle(topic.nearest.paper.title)}. ${topic.nearest.sentence}.`),
    )
  if (offered.length > 0) lines.push(step('offered', offeredText(offered)))
  return lines
}

function whyText({ why: { absent, without } }: TopicRematch): string {
  if (absent.length > 0) return `; no new paper has ${listed(absent, 'or')}`
  if (!without) return ''
  const { part, papers, isUnwanted } = without
  return `; ${quantity(papers, 'paper')} would match without ${isUnwanted ? 'the exclusion of ' : ''}${part}`
}

function offeredText(offered: TopicRematch['offered']): string {
  const papers = offered.map(({ paper, date, shown }) => {
    const where = date
      ? `${shown ? 'emailed on' : 'considered on'} ${dayText(date)}`
      : 'in the welcome email, or before they subscribed'
    return `${quotedTitle(paper.title)} (${where})`
  })
  return `Matched before (each paper is offered once): ${some(papers)}.`
}
