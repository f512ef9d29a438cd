import { type DigestContent, isWithinWeek } from '../digests/digest-content.ts'
import { shortDate } from '../i18n/dates.ts'
import { counted, fill, words } from '../i18n/words.ts'
import { subjectText } from '../mail/rendering/text.ts'
import { titleInSubject, titleOrName } from './paper-name.ts'
import { headingOf, paperTitle, textOfRuns } from './sections-view.ts'
import { isOnlyClose, papersOf, splitSections } from './strongest-papers.ts'

const MAX_LENGTH = 78
const MAX_TITLE_LENGTH = 400
const MIN_TITLE_LENGTH = 16
const MAX_TOPIC_LENGTH = 40
const PREHEADER = { shortest: 40, longest: 90, titles: 6 }

/** What a list of emails shows: "OpenSeeker and 6 more (agents, quantization)". */
export function digestSubject(content: DigestContent): string {
  const { topics } = splitSections(content.sections)
  const isByTopic = !content.bestOf && topics.length > 0
  return isByTopic ? subjectByTopic(content) : titledSubject(content)
}

/** The strongest paper, how many more there are, and as many topics as fit, strongest first. */
function subjectByTopic(content: DigestContent): string {
  const { subject } = words.emails.digest
  const { strongest } = splitSections(content.sections)
  const isOneWeek = content.week !== null && isWithinWeek(content.week)
  const topics = topicsInSubject(content)
  const more = strongest.length - 1
  const start = (name: string) => {
    if (more > 0) return counted(more, isOneWeek ? subject.moreOfWeek : subject.more, { name })
    return isOneWeek ? fill(subject.oneOfWeek, { name }) : name
  }
  const ofTopics = (count: number) => topics.slice(0, count).join(', ')
  const withTopics = (text: string, what: string) => (what ? fill(subject.ofTopics, { text, what }) : text)
  const room = MAX_LENGTH - withTopics(start(''), ofTopics(1)).length
  const name = titleInSubject(paperTitle(strongest[0]!.paper, MAX_TITLE_LENGTH), room)
  const text = name ? start(name) : counted(strongest.length, words.counts.newPaper)
  if (!name && topics.length === 0)
    return fill(subject.dated, { what: text, date: shortDate(content.localDate) })
  const fitting = topics.map((_, i) => withTopics(text, ofTopics(topics.length - i)))
  return fitting.find(({ length }) => length <= MAX_LENGTH) ?? text
}

/** The topics of the papers, those of the strongest papers first. */
function topicsInSubject({ sections }: DigestContent): string[] {
  const { strongest } = splitSections(sections)
  const ofTopics = strongest.filter(({ section }) => section.topic !== null).map(({ section }) => section)
  const names = [...new Set(ofTopics)].map((section) => subjectText(headingOf(section), MAX_TOPIC_LENGTH))
  return [...new Set(names)].filter(Boolean)
}

/** "The best 15 of 23 Nov: TriAttention" */
function titledSubject(content: DigestContent): string {
  const { titled, dated } = words.emails.digest.subject
  const what = subjectStart(content)
  const [best] = splitSections(content.sections).strongest
  const room = MAX_LENGTH - fill(titled, { what, title: '' }).length
  const title = best ? titleInSubject(paperTitle(best.paper, MAX_TITLE_LENGTH), room) : ''
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
  return counted(count, isOnlyClose(content) ? subject.close : subject.rising)
}

/** What the subject lacks: other titles, whole ones only, then the sentence of the first paper. */
export function preheaderOf(content: DigestContent): string {
  const { strongest } = splitSections(content.sections)
  const [best, ...others] = strongest.map(({ paper }) => paper)
  const titles = others.slice(0, PREHEADER.titles).map((paper) => paperTitle(paper, MAX_TITLE_LENGTH))
  let shown = ''
  const extended = (text: string) => [shown, text].filter(Boolean).join(' · ')
  for (const title of titles) {
    const text = titleOrName(title, PREHEADER.longest)
    if (text && extended(text).length <= PREHEADER.longest) shown = extended(text)
  }
  for (const more of [textOfRuns(best?.snippet ?? []), words.emails.digest.preheader]) {
    if (shown.length < PREHEADER.shortest) shown = extended(more)
  }
  return shown
}
