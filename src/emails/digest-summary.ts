import type { Day } from '../core/dates.ts'
import { type DigestContent, type DigestSection, isWithinWeek } from '../digests/digest-content.ts'
import { dateRange, longDate } from '../i18n/dates.ts'
import { counted, fill, words } from '../i18n/words.ts'
import { isByAuthor } from '../queries/language/topic-name.ts'
import { paperName } from './paper-name.ts'
import { headingOf, newestDay, paperTitle } from './sections-view.ts'
import { isOnlyClose, type PaperInSection, papersOf, splitSections } from './strongest-papers.ts'

const MAX_TOPIC_LENGTH = 40
/** With more topics, the last of them are counted and not named. */
const MAX_NAMED = 4
/** In UTF-16 units, of the names of papers in the heading: of one, and of two together. */
const MAX_NAME_LENGTH = 44
const MAX_NAMES_LENGTH = 60
const MAX_TITLE_LENGTH = 400

const countOf = (sections: readonly DigestSection[]): number =>
  sections.flatMap(({ papers }) => papers).length

/** The news: "OpenWorldLib, TriAttention, and 2 that come close". */
export function digestHeading(content: DigestContent): string {
  const { bestOf, week } = content
  const { heading } = words.emails.digest
  const count = papersOf(content).length
  if (bestOf) return counted(count, week ? heading.bestOfWeek : heading.best)
  const isOneWeek = week !== null && isWithinWeek(week)
  if (isOnlyClose(content)) return counted(count, isOneWeek ? heading.closeInWeek : heading.close)
  const { topics, close } = splitSections(content.sections)
  if (topics.length === 0) return counted(count, heading.rising)
  const named = namedInHeading(content)
  const names = named.map(({ name }) => name)
  const more = count - names.length
  const parts = [
    ...(names.length > 0 ? names : [counted(count, words.counts.newPaper)]),
    ...(names.length > 0 && more > 0 ? [counted(more, heading.more)] : []),
    ...(close.length > 0 ? [counted(countOf(close), heading.andClose)] : []),
  ]
  const isOne = parts.length === 1 && names.length > 0
  if (isOne) return fill(isOneWeek ? heading.oneOfWeek : heading.one, { name: names[0]! })
  const what = joined(parts)
  return isOneWeek ? fill(heading.week, { what }) : what
}

/** "A and B", "A, B, and 2 more" */
function joined(parts: readonly string[]): string {
  const { pair, several } = words.emails.digest.heading
  const [before, last] = [parts.slice(0, -1), parts.at(-1)!]
  if (before.length === 0) return last
  return fill(before.length === 1 ? pair : several, { before: before.join(', '), last })
}

/** The one or two strongest papers, by the names that the heading gives them. */
function namedInHeading({ sections }: DigestContent): (PaperInSection & { name: string })[] {
  const [first, second] = splitSections(sections)
    .strongest.slice(0, 2)
    .map((one) => ({ ...one, name: paperName(paperTitle(one.paper, MAX_TITLE_LENGTH), MAX_NAME_LENGTH) }))
  if (!first?.name) return []
  const isPair =
    second?.name &&
    second.name !== first.name &&
    first.name.length + second.name.length <= MAX_NAMES_LENGTH &&
    // An ellipsis before a comma looks like a mistake.
    ![first, second].some(({ name }) => name.endsWith('…'))
  return isPair ? [first, second] : [first]
}

/**
 * What the digest holds, so that the numbers of its sections add up: "1 matches quantization, 6 match agents." Says
 * when papers were listed, unless some were on `today`. Empty for one paper of one topic, which the headings name.
 */
export function digestLead(content: DigestContent, today = content.localDate): string {
  const { bestOf, week } = content
  const { lead } = words.emails.digest
  if (bestOf) {
    const when = week ? dateRange(week.from, week.to) : longDate(bestOf)
    return counted(papersOf(content).length, lead.best, { when })
  }
  const { topics, risen, close } = splitSections(content.sections)
  const onlyClose = isOnlyClose(content)
  const dates = datesOf(onlyClose ? close : topics, { week, today })
  const sentences = [
    onlyClose ? counted(countOf(close), lead.onlyClose) : '',
    topics.length > 0 ? matchesSentence(content) : '',
    dates && fill(lead.listed, { dates }),
    risen.length > 0 ? counted(countOf(risen), topics.length > 0 ? lead.risen : lead.onlyRisen) : '',
    // The heading of other digests has their number.
    topics.length === 0 && !onlyClose && close.length > 0 ? counted(countOf(close), lead.close) : '',
  ]
  return sentences.filter(Boolean).join(' ')
}

/** What the digest holds, and where the others are. */
export function leadWithMore(content: DigestContent, today?: Day): string {
  const { others, moreMatches } = words.emails.digest.lead
  const more = content.more > 0 ? counted(content.more, content.bestOf ? others : moreMatches) : ''
  return [digestLead(content, today), more].filter(Boolean).join(' ')
}

function matchesSentence(content: DigestContent): string {
  const { topics, risen } = splitSections(content.sections)
  const [only] = topics
  if (only && topics.length === 1 && risen.length === 0) return sentenceOfOneTopic(only)
  return sentenceOfPair(content) || sentenceOfTopics(topics)
}

/** "3 papers match “world models”, best match first."; empty for one paper. */
function sentenceOfOneTopic(section: DigestSection): string {
  const { papers } = section
  if (papers.length === 1) return ''
  const { papersMatch, papersBestFirst, papersByAuthor } = words.emails.digest.lead
  const name = headingOf(section, MAX_TOPIC_LENGTH)
  if (isByAuthor(name)) return counted(papers.length, papersByAuthor, { topic: name })
  const sentence = isRankedByWords(section) ? papersBestFirst : papersMatch
  return counted(papers.length, sentence, { topic: quotedPhrase(name) })
}

/** For the two papers that the heading names, of two topics: "The first matches agents, the second quantization." */
function sentenceOfPair(content: DigestContent): string {
  const { topics, risen } = splitSections(content.sections)
  const named = namedInHeading(content)
  const names = named.map(({ section }) => headingOf(section, MAX_TOPIC_LENGTH))
  const isPair = topics.length === 2 && countOf(topics) === 2 && risen.length === 0 && names.length === 2
  if (!isPair || names.some(isByAuthor)) return ''
  const [first, second] = names.map(quotedPhrase)
  return fill(words.emails.digest.lead.pair, { first: first!, second: second! })
}

/** Names the first topics and counts the others: "1 matches quantization, 6 match agents. Best match first." */
function sentenceOfTopics(topics: readonly DigestSection[]): string {
  const { sentence, matches, byAuthor, matchesOthers, bestFirst } = words.emails.digest.lead
  const named = topics.length > MAX_NAMED ? MAX_NAMED - 1 : topics.length
  const parts = topics.slice(0, named).map((section) => {
    const name = headingOf(section, MAX_TOPIC_LENGTH)
    return isByAuthor(name)
      ? counted(section.papers.length, byAuthor, { topic: name })
      : counted(section.papers.length, matches, { topic: quotedPhrase(name) })
  })
  const others = topics.slice(named)
  if (others.length > 0) parts.push(fill(matchesOthers, { count: countOf(others), topics: others.length }))
  const what = fill(sentence, { what: parts.join(', ') })
  return topics.some(isRankedByWords) ? `${what} ${bestFirst}` : what
}

/** quantization, “world models” */
const quotedPhrase = (name: string): string =>
  /\s/.test(name) ? fill(words.query.quoted, { text: name }) : name

/** When the papers were listed: "1–2 Dec"; empty if some were today. */
function datesOf(
  sections: readonly DigestSection[],
  { week, today }: { week: DigestContent['week']; today: Day },
): string {
  if (sections.length === 0) return ''
  if (week) return dateRange(week.from, week.to)
  const days = sections.flatMap(({ papers }) => papers.map(({ day }) => day)).toSorted()
  return days.includes(today) ? '' : dateRange(days[0]!, days.at(-1)!)
}

/** Whether the order needs a word: several papers, of which some words matched. */
const isRankedByWords = ({ papers }: DigestSection): boolean =>
  papers.length > 1 &&
  papers.some(({ title, snippet }) => [...title, ...snippet].some(({ marked }) => marked))

/** The newest day that certainly has a page: a paper of this digest was listed on it. */
export const dayShown = ({ bestOf, sections, localDate }: DigestContent): Day =>
  bestOf ?? newestDay(sections) ?? localDate
