import type { Day } from '../core/dates.ts'
import { type DigestContent, type DigestSection, isWithinWeek } from '../digests/digest-content.ts'
import { dateRange, longDate, shortDate } from '../i18n/dates.ts'
import { capitalized, counted, fill, listed, words } from '../i18n/words.ts'
import { asciiLine } from '../mail/rendering/text.ts'
import { isByAuthor } from '../queries/language/topic-name.ts'
import { headingOf, newestDay, nonEmptySections, paperTitle, textOfRuns } from './sections-view.ts'

const MAX_TOPIC_LENGTH = 40
/** With more topics, the last of them are counted and not named. */
const MAX_NAMED = 4
const MAX_SUBJECT_LENGTH = 78
const MIN_TITLE_LENGTH = 16
const PREHEADER = { shortest: 40, longest: 90, titles: 4 }

/** Without papers that do not match: they are no news. */
const newsOf = ({ sections }: DigestContent) => nonEmptySections(sections).filter(({ close }) => !close)

export const papersOf = (content: DigestContent) => newsOf(content).flatMap(({ papers }) => papers)

const countOf = (sections: readonly DigestSection[]): number =>
  sections.flatMap(({ papers }) => papers).length

/** The non-empty sections of topics, of rising papers, and of papers that do not match. */
function splitSections({ sections }: DigestContent) {
  const kindOf = ({ rising, close }: DigestSection) => (close ? 'close' : rising ? 'risen' : 'topics')
  const { topics = [], risen = [], close = [] } = Object.groupBy(nonEmptySections(sections), kindOf)
  return { topics, risen, close }
}

/** "two"; "17" from thirteen on. */
const inWords = (count: number): string => NUMBERS[count] ?? String(count)

const { numbers } = words
const NUMBERS = numbers.split(' ')

/** The news: "6 new papers for you"; another `news` for a page that anyone may see. */
export function digestHeading(
  content: DigestContent,
  news: (typeof words.counts)['newPaper'] = words.emails.digest.heading.news,
): string {
  const { bestOf, week } = content
  const { heading } = words.emails.digest
  const count = papersOf(content).length
  if (bestOf) return counted(count, week ? heading.bestOfWeek : heading.best)
  if (week && isWithinWeek(week)) return counted(count, heading.week)
  return counted(count, splitSections(content).topics.length > 0 ? news : heading.rising)
}

/**
 * What the digest holds, so that the numbers of its sections add up: "Two are on reward models and four on agents."
 * Papers that were not listed on `today` have their dates.
 */
export function digestLead(content: DigestContent, today = content.localDate): string {
  const { bestOf, week } = content
  const { lead } = words.emails.digest
  if (bestOf) {
    const when = week ? dateRange(week.from, week.to) : longDate(bestOf)
    return counted(papersOf(content).length, lead.best, { when })
  }
  const { topics, risen, close } = splitSections(content)
  const sentences = [
    topics.length > 0 ? withDates(onTopics(topics, risen.length > 0), { week, today, topics }) : '',
    risen.length > 0 ? ofCount(countOf(risen), topics.length > 0 ? lead.risen : lead.onlyRisen) : '',
    topics.some(isRankedByWords) ? lead.closestFirst : '',
    close.length > 0 ? ofCount(countOf(close), lead.close) : '',
  ]
  return sentences.filter(Boolean).join(' ')
}

/** The same, and where the others are. */
export function leadWithMore(content: DigestContent, today?: Day): string {
  const { others, moreMatches } = words.emails.digest.lead
  const more = content.more > 0 ? counted(content.more, content.bestOf ? others : moreMatches) : ''
  return [digestLead(content, today), more].filter(Boolean).join(' ')
}

const ofCount = (count: number, forms: (typeof words.emails.digest.lead)['close']): string =>
  capitalized(counted(count, forms, { number: inWords(count) }))

/** Names the first topics and counts the others. `hasOthers`: besides them there are papers under no topic. */
function onTopics(topics: readonly DigestSection[], hasOthers: boolean): string {
  const { onTopic, onOthers, firstOf, all } = words.emails.digest.lead
  const names = topics.map((section) => whatOf(headingOf(section, MAX_TOPIC_LENGTH)))
  if (topics.length === 1 && !hasOthers) return counted(countOf(topics), all, { what: names[0]! })
  const named = topics.length > MAX_NAMED ? MAX_NAMED - 1 : topics.length
  const parts = topics.slice(0, named).map(({ papers: { length } }, i) => {
    const values = { number: inWords(length), what: names[i]! }
    return i === 0 ? counted(length, firstOf, values) : fill(onTopic, values)
  })
  const others = topics.slice(named)
  const rest = fill(onOthers, { number: inWords(countOf(others)), count: inWords(others.length) })
  return capitalized(listed(others.length > 0 ? [...parts, rest] : parts))
}

/** "on reward models", "by Chen" */
const whatOf = (topic: string): string =>
  isByAuthor(topic) ? topic : fill(words.emails.digest.onTopic, { topic })

/** Says when the papers were listed, unless all were today. */
function withDates(
  what: string,
  { week, today, topics }: { week: DigestContent['week']; today: Day; topics: readonly DigestSection[] },
): string {
  const { sentence, dated } = words.emails.digest.lead
  const days = topics.flatMap(({ papers }) => papers.map(({ day }) => day)).toSorted()
  if (!week && days.every((day) => day === today)) return fill(sentence, { what })
  const dates = week ? dateRange(week.from, week.to) : dateRange(days[0]!, days.at(-1)!)
  return fill(dated, { what, dates })
}

/** Whether the order needs a word: several papers, of which some words matched. */
const isRankedByWords = ({ papers }: DigestSection): boolean =>
  papers.length > 1 &&
  papers.some(({ title, snippet }) => [...title, ...snippet].some(({ marked }) => marked))

/** What it holds, and its best title: "4 on LLM agents: Video-Based Reward Modeling…". */
export function digestSubject(content: DigestContent): string {
  const { titled, dated } = words.emails.digest.subject
  const what = subjectStart(content)
  const [best] = papersOf(content)
  const room = MAX_SUBJECT_LENGTH - fill(titled, { what, title: '' }).length
  const title = best ? asciiLine(paperTitle(best, room), room) : ''
  return room >= MIN_TITLE_LENGTH && title
    ? fill(titled, { what, title })
    : fill(dated, { what, date: shortDate(content.localDate) })
}

function subjectStart(content: DigestContent): string {
  const { bestOf, week } = content
  const { subject } = words.emails.digest
  const count = papersOf(content).length
  if (bestOf)
    return week
      ? counted(count, subject.bestOfWeek)
      : counted(count, subject.best, { day: shortDate(bestOf) })
  const what = subjectTopics(content)
  return week && isWithinWeek(week) ? fill(subject.week, { what }) : what
}

function subjectTopics(content: DigestContent): string {
  const { topic: alone, topicAndMore, unwritable, rising } = words.emails.digest.subject
  const { topics, risen } = splitSections(content)
  const [first] = topics
  const all = papersOf(content).length
  if (!first && risen[0]) return counted(all, rising)
  if (!first?.topic) return counted(all, words.counts.newPaper)
  const topic = isAscii(first.topic) ? asciiLine(votesInWords(first.topic), MAX_TOPIC_LENGTH) : ''
  if (!topic) return counted(topics.length, unwritable, { papers: counted(all, words.counts.paper) })
  const count = first.papers.length
  return fill(all > count ? topicAndMore : alone, { count, what: whatOf(topic), more: all - count })
}

/** Header lines of emails must not contain "<" and ">": votes>=20 becomes "20+ votes". */
const votesInWords = (topic: string): string => topic.replace(/\bvotes\s*>=\s*(\d+)/gi, '$1+ votes')

/** Whether all letters have an ASCII form: part of a name would name something else. */
const isAscii = (name: string): boolean =>
  !/(?![a-z\d])[\p{L}\p{N}]/iu.test(name.normalize('NFKD').replace(/\p{M}/gu, ''))

/** What the subject lacks: the titles after the first, then the sentence of the first paper. */
export function preheaderOf(content: DigestContent): string {
  const [best, ...others] = papersOf(content)
  const titles = others.slice(0, PREHEADER.titles).map((paper) => paperTitle(paper, PREHEADER.longest))
  let shown = titles.filter(Boolean).join(' · ')
  for (const more of [textOfRuns(best?.snippet ?? []), words.emails.digest.preheader]) {
    if (shown.length < PREHEADER.shortest) shown = [shown, more].filter(Boolean).join(' · ')
  }
  return shown
}

/** The newest day that certainly has a page: a paper of this digest was listed on it. */
export const dayShown = ({ bestOf, sections, localDate }: DigestContent): Day =>
  bestOf ?? newestDay(sections) ?? localDate
