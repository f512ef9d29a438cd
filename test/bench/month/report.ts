import { table } from '../../../src/operator/operations/text-table.ts'
import { type DayKind, kindOf, type TopicOfMonth } from './days.ts'

/** What the subscribers of some topics get together. */
export interface MonthTotals {
  topicDays: number
  emails: number
  silentTopics: number
  matched: number
  related: number
}

export function totalsOf(topics: readonly TopicOfMonth[]): MonthTotals {
  const days = topics.flatMap((topic) => topic.days)
  const isSent = (day: (typeof days)[number]) => kindOf(day) !== 'nothing'
  return {
    topicDays: days.length,
    emails: days.filter(isSent).length,
    silentTopics: topics.filter((topic) => !topic.days.some(isSent)).length,
    matched: days.flatMap(({ matched }) => matched).length,
    related: days.flatMap(({ related }) => related).length,
  }
}

export const totalsText = (totals: Record<string, MonthTotals>): string =>
  table(
    ['', 'days with an email', 'topics without one', 'matches', 'related', 'papers per email'],
    Object.entries(totals).map(([name, { topicDays, emails, silentTopics, matched, related }]) => [
      name,
      `${emails} of ${topicDays} (${Math.round((100 * emails) / topicDays)} %)`,
      ...[silentTopics, matched, related],
      ((matched + related) / Math.max(1, emails)).toFixed(1),
    ]),
  )

const SIGNS: Record<DayKind, string> = { matched: '#', close: '+', nothing: '·' }

/** A line of signs for each topic, one sign a day. */
export function signsText(
  before: readonly TopicOfMonth[],
  after: readonly TopicOfMonth[],
  [first, last]: [string, string],
): string {
  const signs = ({ days }: TopicOfMonth) => days.map((day) => SIGNS[kindOf(day)]).join('')
  const rows = after.map((topic, i) => {
    const { matched, related } = totalsOf([topic])
    return [topic.need.name, signs(before[i]!), signs(topic), matched, related]
  })
  const legend = `${first} to ${last}, a sign a day: ${SIGNS.matched} matches, ${SIGNS.close} only close, ${SIGNS.nothing} nothing`
  return `${table(['topic', 'before', 'after', 'matches', 'related'], rows)}\n${legend}`
}
