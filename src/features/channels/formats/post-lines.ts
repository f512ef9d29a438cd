import { weekdayDate } from '../../../i18n/dates.ts'
import { counted, fill, listed, words } from '../../../i18n/words.ts'
import type { PostContent, PostedPaper } from '../channel.ts'
import { plainForChat } from './format.ts'

const MAX_TOPIC_LENGTH = 80
const MAX_SITE_LENGTH = 60
const MAX_TITLE_LENGTH = 250
const MAX_AUTHOR_LENGTH = 60
const MAX_AUTHORS = 3
const MAX_REASON_LENGTH = 160

const w = words.channels

/** "Linear attention · Tue 24 Nov" */
export const postHeading = ({ topic, date, isTest }: PostContent): string =>
  fill(isTest ? w.testHeading : w.heading, {
    topic: plainForChat(topic, MAX_TOPIC_LENGTH),
    date: weekdayDate(date),
  })

/** "3 new papers", "40 new papers. These are the best 15:" */
export function leadOf({ count }: PostContent, shown: readonly PostedPaper[]): string {
  if (count === 0) return w.none
  const papers = counted(count, words.counts.newPaper)
  return shown.length < count ? fill(w.best, { papers, shown: shown.length }) : papers
}

export const titleOf = ({ title }: PostedPaper): string => plainForChat(title, MAX_TITLE_LENGTH)

/** "Albert Gu and Tri Dao · Matched: linear attention, in the title"; empty if neither is known. */
export const detailOf = ({ authors, moreAuthors, reason }: PostedPaper): string =>
  [authorsText(authors, moreAuthors), plainForChat(reason, MAX_REASON_LENGTH)].filter(Boolean).join(' · ')

function authorsText(authors: readonly string[], moreAuthors: number): string {
  const names = authors.slice(0, MAX_AUTHORS).map((name) => plainForChat(name, MAX_AUTHOR_LENGTH))
  const more = authors.length - names.length + moreAuthors
  return more > 0 ? [...names, counted(more, w.moreAuthors)].join(', ') : listed(names)
}

export const siteText = ({ site }: PostContent): string => plainForChat(site, MAX_SITE_LENGTH)

/** The text of the link to the search. */
export const linkText = (content: PostContent): string => fill(w.all, { site: siteText(content) })
