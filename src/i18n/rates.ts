import { counted, fill, words } from './words.ts'

/** "11 papers in 30 days", "nothing in 30 days" */
export function rateOf(total: number, days: number): string {
  const span = counted(days, words.counts.day)
  if (total === 0) return fill(words.rates.nothing, { span })
  return fill(words.rates.some, { papers: counted(total, words.counts.paper), span })
}
