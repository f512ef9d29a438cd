import { counted, fill, words } from './words.ts'

/** "11 papers in 14 days", "nothing in 14 days" */
export function rateOf(total: number, days: number): string {
  const span = counted(days, words.counts.day)
  if (total === 0) return fill(words.rates.nothing, { span })
  return fill(words.rates.some, { papers: counted(total, words.counts.paper), span })
}

/** "about 4 papers a day: 56 papers in 14 days"; of less than one a week the latter alone. */
export function paceOf(total: number, days: number): string {
  const rate = rateOf(total, days)
  const perDay = total / days
  if (perDay * 7 < 1) return rate
  const papers = counted(Math.round(perDay >= 1 ? perDay : perDay * 7), words.counts.paper)
  return fill(perDay >= 1 ? words.rates.aDay : words.rates.aWeek, { papers, rate })
}
