import type { DigestContent } from '../../digests/digest-content.ts'
import { listed } from '../../i18n/words.ts'
import type { TopicText } from '../../subscribers/subscriber.ts'
import type { Case } from './case.ts'
import { count, dayText, type Step, titled } from './say.ts'
import type { Looked, TopicThen } from './topics-then.ts'

/** What each topic, as it stood then, brought or lacked. */
export function topicSteps({ digest, looked, standing: { topics } }: Case): Step[] {
  if (digest?.said) return shownSteps(digest.said, topics)
  return looked ? lookedSteps(looked, topics) : []
}

const step = (code: string, text: string): Step => ({ at: null, code, text })

function shownSteps({ sections, bestOf }: DigestContent, topics: readonly TopicText[]): Step[] {
  if (bestOf) return [step('topic', `No topic: the best papers of ${dayText(bestOf)}.`)]
  const held = sections.map(({ topic, rising, close, papers }) => {
    const titles = papers.map(({ title }) => titled(title.map(({ text }) => text).join('')))
    const place = rising ? 'Rising' : `${close ? 'Close to topic' : 'Topic'} “${topic}”`
    return step('topic', `${place}: ${count(papers.length, 'paper')}: ${some(titles)}.`)
  })
  const empty = topics.filter(({ name }) => sections.every(({ topic, close }) => close || topic !== name))
  return [...held, ...empty.map(({ name }) => step('topic', `Topic “${name}”: nothing of its own.`))]
}

const MOST = 3

const some = (items: readonly string[]): string =>
  items.length > MOST ? `${items.slice(0, MOST).join(', ')} and ${items.length - MOST} more` : listed(items)

function lookedSteps(looked: Looked, topics: readonly TopicText[]): Step[] {
  const { window, fresh, later } = looked
  const came = later.length > 0 ? [step('later', laterText(looked))] : []
  if (topics.length === 0)
    return [
      step(
        'looked',
        `No topics: none of the most upvoted papers from 20 or more hours ago were new to them.`,
      ),
      ...came,
    ]
  return [
    step('looked', `${count(fresh, 'paper')} new to them, out of ${window} in the last 14 days.`),
    ...looked.topics.flatMap((topic) => topicLines(topic, fresh)),
    ...came,
  ]
}

const laterText = ({ later }: Looked): string =>
  `${count(later.length, 'paper')} that ${later.length === 1 ? 'matches' : 'match'} arrived after planning, for the next digest: ${some(later.map(({ title }) => titled(title)))}.`

function topicLines(topic: TopicThen, fresh: number): Step[] {
  const { name, query, unreadable, offered, matchesNow } = topic
  const named = name === query ? `Topic “${name}”` : `Topic “${name}” (${query})`
  if (unreadable !== null) return [step('topic', `${named}: cannot be read: ${unreadable}`)]
  const lines = [
    matchesNow.length > 0
      ? step(
          'topic',
          `${named}: ${count(matchesNow.length, 'paper')} would match now, because of words, votes or a newer version that came later.`,
        )
      : step('topic', `${named}: nothing${fresh > 0 ? whyText(topic) : ''}.`),
  ]
  if (matchesNow.length === 0 && topic.nearest)
    lines.push(step('nearest', `Closest: ${titled(topic.nearest.paper.title)}. ${topic.nearest.sentence}.`))
  if (offered.length > 0) lines.push(step('offered', offeredText(offered)))
  return lines
}

function whyText({ why: { absent, without } }: TopicThen): string {
  if (absent.length > 0) return `; no new paper has ${listed(absent, 'or')}`
  if (!without) return ''
  const { part, papers, isUnwanted } = without
  return `; ${count(papers, 'paper')} would match without ${isUnwanted ? 'the exclusion of ' : ''}${part}`
}

function offeredText(offered: TopicThen['offered']): string {
  const papers = offered.map(({ paper, date, shown }) => {
    const where = date
      ? `${shown ? 'emailed on' : 'considered on'} ${dayText(date)}`
      : 'in the welcome email, or before they subscribed'
    return `${titled(paper.title)} (${where})`
  })
  return `Matched before (each paper is offered once): ${some(papers)}.`
}
