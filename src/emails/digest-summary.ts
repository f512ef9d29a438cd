import type { Day } from '../core/dates.ts'
import { memoizeByObject } from '../core/memoize.ts'
import { type DigestContent, type DigestSection, isWithinWeek } from '../digests/digest-content.ts'
import { dateRange, longDate, shortDate } from '../i18n/dates.ts'
import { counted, fill, words } from '../i18n/words.ts'
import { subjectText } from '../mail/rendering/text.ts'
import { isByAuthor } from '../queries/language/topic-name.ts'
import type { ShownPaper } from '../queries/reasons/shown-paper.ts'
import { headingOf, newestDay, nonEmptySections, paperTitle, textOfRuns } from './sections-view.ts'

const MAX_TOPIC_LENGTH = 40
/** With more topics, the last of them are counted and not named. */
const MAX_NAMED = 4
const MAX_SUBJECT_LENGTH = 78
const MIN_TITLE_LENGTH = 16
const PREHEADER = { shortest: 40, longest: 90, titles: 4 }

/** The papers that a digest is about: those that come close only if nothing matched. */
export const papersOf = ({ sections }: DigestContent): ShownPaper[] => splitSections(sections).papers

/** Whether nothing matched, and papers that come close are all that it shows. */
function isOnlyClose({ sections }: DigestContent): boolean {
  const { topics, risen, close } = splitSections(sections)
  return close.length > 0 && topics.length + risen.length === 0
}

const countOf = (sections: readonly DigestSection[]): number =>
  sections.flatMap(({ papers }) => papers).length

/** The non-empty sections of topics, of rising papers, and of papers that do not match; and the papers it is about. */
const splitSections = memoizeByObject((sections: DigestSection[]) => {
  const kindOf = ({ rising, close }: DigestSection) => (close ? 'close' : rising ? 'risen' : 'topics')
  const { topics = [], risen = [], close = [] } = Object.groupBy(nonEmptySections(sections), kindOf)
  const matches = [...topics, ...risen]
  const papers = (matches.length > 0 ? matches : close).flatMap(({ papers }) => papers)
  return { topics, risen, close, papers }
})

/** The news: "6 new papers for you"; another `news` for a page that anyone may see. */
export function digestHeading(
  content: DigestContent,
  news: (typeof words.counts)['newPaper'] = words.emails.digest.heading.news,
): string {
  const { bestOf, week } = content
  const { heading } = words.emails.digest
  const count = papersOf(content).length
  if (bestOf) return counted(count, week ? heading.bestOfWeek : heading.best)
  const isOneWeek = week !== null && isWithinWeek(week)
  if (isOnlyClose(content)) return counted(count, isOneWeek ? heading.closeInWeek : heading.close)
  if (isOneWeek) return counted(count, heading.week)
  return counted(count, splitSections(content.sections).topics.length > 0 ? news : heading.rising)
}

/**
 * What the digest holds, so that the numbers of its sections add up: "1 matches quantization, 6 match agents." Says
 * when papers were listed, unless all were on `today`. With one topic it does not repeat the heading of its section;
 * then it may be empty.
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
  const dated = onlyClose ? close : topics
  const dates = dated.length > 0 ? datesOf(dated, { week, today }) : ''
  const hasOthers = topics.length > 1 || risen.length > 0
  const sentences = [
    onlyClose ? counted(countOf(close), lead.onlyClose) : '',
    topics.length > 0 && hasOthers ? matchesSentence(topics, dates) : '',
    !hasOthers && dates ? fill(lead.listed, { dates }) : '',
    risen.length > 0 ? counted(countOf(risen), topics.length > 0 ? lead.risen : lead.onlyRisen) : '',
    topics.some(isRankedByWords) ? lead.bestFirst : '',
    close.length > 0 && !onlyClose ? counted(countOf(close), lead.close) : '',
  ]
  return sentences.filter(Boolean).join(' ')
}

/** What the digest holds, and where the others are. */
export function leadWithMore(content: DigestContent, today?: Day): string {
  const { others, moreMatches } = words.emails.digest.lead
  const more = content.more > 0 ? counted(content.more, content.bestOf ? others : moreMatches) : ''
  return [digestLead(content, today), more].filter(Boolean).join(' ')
}

/** Names the first topics and counts the others: "1 matches quantization, 6 match agents (1–2 Dec)." */
function matchesSentence(topics: readonly DigestSection[], dates: string): string {
  const { sentence, dated, matches, byAuthor, matchesOthers } = words.emails.digest.lead
  const named = topics.length > MAX_NAMED ? MAX_NAMED - 1 : topics.length
  const parts = topics.slice(0, named).map((section) => {
    const name = headingOf(section, MAX_TOPIC_LENGTH)
    return isByAuthor(name)
      ? counted(section.papers.length, byAuthor, { topic: name })
      : counted(section.papers.length, matches, { topic: quotedPhrase(name) })
  })
  const others = topics.slice(named)
  if (others.length > 0) parts.push(fill(matchesOthers, { count: countOf(others), topics: others.length }))
  const what = parts.join(', ')
  return dates ? fill(dated, { what, dates }) : fill(sentence, { what })
}

/** quantization, “world models” */
const quotedPhrase = (name: string): string =>
  /\s/.test(name) ? fill(words.query.quoted, { text: name }) : name

/** When the papers were listed: "1–2 Dec"; empty if all were today. */
function datesOf(
  topics: readonly DigestSection[],
  { week, today }: { week: DigestContent['week']; today: Day },
): string {
  if (week) return dateRange(week.from, week.to)
  const days = topics.flatMap(({ papers }) => papers.map(({ day }) => day)).toSorted()
  return days.every((day) => day === today) ? '' : dateRange(days[0]!, days.at(-1)!)
}

/** Whether the order needs a word: several papers, of which some words matched. */
const isRankedByWords = ({ papers }: DigestSection): boolean =>
  papers.length > 1 &&
  papers.some(({ title, snippet }) => [...title, ...snippet].some(({ marked }) => marked))

/** What it holds, and its best title: "4 match LLM agents: Video-Based Reward Modeling…". */
export function digestSubject(content: DigestContent): string {
  const { titled, dated } = words.emails.digest.subject
  const what = subjectStart(content)
  const [best] = papersOf(content)
  const room = MAX_SUBJECT_LENGTH - fill(titled, { what, title: '' }).length
  const title = best ? subjectText(paperTitle(best, room), room) : ''
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
  if (isOnlyClose(content)) return counted(count, subject.close)
  const what = subjectTopics(content)
  return week && isWithinWeek(week) ? fill(subject.week, { what }) : what
}

function subjectTopics(content: DigestContent): string {
  const { matches, byAuthor, andMore, rising } = words.emails.digest.subject
  const { topics, risen } = splitSections(content.sections)
  const [first] = topics
  const all = papersOf(content).length
  if (!first && risen[0]) return counted(all, rising)
  const topic = subjectText(votesInWords(first?.topic ?? ''), MAX_TOPIC_LENGTH)
  if (!first || !topic) return counted(all, words.counts.newPaper)
  const count = first.papers.length
  const what = isByAuthor(topic) ? fill(byAuthor, { count, topic }) : counted(count, matches, { topic })
  return all > count ? fill(andMore, { what, more: all - count }) : what
}

/** Subjects lose "<" and ">": votes>=20 becomes "20+ votes". */
const votesInWords = (topic: string): string => topic.replace(/\bvotes\s*>=\s*(\d+)/gi, '$1+ votes')

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
