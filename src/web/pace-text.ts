import type { Weekday } from '../core/dates.ts'
import type { PreviewResult } from '../digests/preview/preview-topics.ts'
import { paperName } from '../emails/paper-name.ts'
import { textOfRuns } from '../emails/sections-view.ts'
import { isOnlyClose, splitSections } from '../emails/strongest-papers.ts'
import { dateRange, shortDate } from '../i18n/dates.ts'
import { counted, fill, listed, words } from '../i18n/words.ts'
import type { ShownPaper } from '../queries/reasons/shown-paper.ts'

/** What emails of a schedule bring: how many papers, and which ones lately. */
interface PaceText {
  rate: string
  says: string
}

export interface PaceTexts {
  daily: PaceText
  weekly: PaceText
}

interface PaceOptions {
  /** The limit of papers per email. */
  most: number
  /** The day of a weekly email. */
  weekday: Weekday
}

/** How many titles are named; the others are counted. */
const NAMED = 2
/** A longer title would fill the card. */
const MAX_TITLE = 40

/** Before any topic is typed. */
export const paceHints = (weekday: Weekday): PaceTexts => ({
  daily: { rate: words.paces.daily.hint, says: words.paces.daily.noEmail },
  weekly: { rate: fill(words.paces.weekly.hint, { on: onWeekday(weekday) }), says: '' },
})

export const paceTexts = (preview: PreviewResult, options: PaceOptions): PaceTexts => ({
  daily: { rate: dailyRate(preview, options.most), says: dailyTitles(preview) },
  weekly: { rate: weeklyRate(preview, options), says: weeklyTitles(preview, options.most) },
})

/** "on Mondays" */
const onWeekday = (weekday: Weekday): string => fill(words.paces.on, { day: words.weekdays[weekday] })

const papersText = (count: number): string => counted(count, words.counts.paper)

/** Counted on weekdays with papers; those of a weekend arrive on Monday. */
function dailyRate({ topics, together, weekdays, weeks, days }: PreviewResult, most: number): string {
  const { top, about, aWeek, best } = words.paces.daily
  if (topics.length === 0) return fill(best, { most })
  const perDay = together.total / weekdays
  if (perDay > most) return fill(top, { most, count: Math.round(perDay) })
  if (perDay >= 1) return fill(about, { papers: papersText(Math.round(perDay)) })
  const perWeek = together.total / Math.max(1, weeks)
  if (perWeek >= 1) return fill(aWeek, { papers: papersText(Math.round(perWeek)) })
  return fewText(together.total, days)
}

function weeklyRate({ together, weeks, days }: PreviewResult, { most, weekday }: PaceOptions): string {
  const { top, about } = words.paces.weekly
  const on = onWeekday(weekday)
  const perWeek = together.total / Math.max(1, weeks)
  const count = Math.round(perWeek)
  if (count > most) return fill(top, { most, count, on })
  return perWeek >= 1 ? fill(about, { papers: papersText(count), on }) : fewText(together.total, days)
}

const fewText = (total: number, days: number): string =>
  total > 0 ? words.paces.few : fill(words.paces.none, { span: counted(days, words.counts.day) })

/** "Today: OpenWorldLib and TriAttention. No email on a day without papers." */
function dailyTitles({ digest, to, together }: PreviewResult): string {
  if (!digest) return words.paces.later
  const { noEmail, nothing, onlyClose, titles: sentence } = words.paces.daily
  const day = digest.day === to ? words.paces.today : shortDate(digest.day)
  if (!digest.content) return together.total === 0 ? words.paces.later : fill(nothing, { day })
  // In the order of the email's subject.
  const papers = splitSections(digest.content.sections).strongest.map(({ paper }) => paper)
  if (isOnlyClose(digest.content)) return counted(papers.length, onlyClose, { day })
  return `${fill(sentence, { day, titles: titlesText(papers, papers.length) })} ${noEmail}`
}

/** "1–7 Apr: Hybrid Memory, Lingshu-Cell and 6 more." */
function weeklyTitles({ week }: PreviewResult, most: number): string {
  if (!week || week.total === 0) return ''
  const days = dateRange(week.from, week.to)
  const titles = titlesText(week.papers, Math.min(most, week.total))
  return fill(words.paces.weekly.titles, { days, titles })
}

/** Names the first paper, as the subject of an email does, and others with short titles; counts the rest. */
function titlesText(papers: readonly ShownPaper[], total: number): string {
  const [first = '', ...rest] = papers.map(({ title }, place) =>
    paperName(textOfRuns(title), place === 0 ? MAX_TITLE : Number.POSITIVE_INFINITY),
  )
  const short = rest.filter((name) => name && name.length <= MAX_TITLE)
  // An ellipsis before a comma looks like a mistake.
  const named = first.endsWith('…') ? [first] : [first, ...short].filter(Boolean).slice(0, NAMED)
  if (named.length === 0) return papersText(total)
  const others = total - named.length
  return listed(others > 0 ? [...named, fill(words.paces.more, { count: others })] : named)
}
