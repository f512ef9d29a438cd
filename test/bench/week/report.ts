import { table } from '../../../src/operator/operations/text-table.ts'
import type { Sent, Week } from './days.ts'
import type { Graded } from './labels.ts'
import type { Field } from './people.ts'

interface Precision {
  judged: number
  wanted: number
  /** Wanted or marginal. */
  marginal: number
}

interface WeekSummary {
  field: string
  papers: number
  served: number
  distinct: number
  digests: number
  matched: number
  related: number
  offeredTwice: number
  requestsADay: number
  precision: { matched: Precision; related: Precision }
}

export function summaryOf(field: Field, week: Week, judged: readonly Graded[]): WeekSummary {
  const { sent, papers, served, distinct, digests, requests } = week
  const offers = sent.map(({ person, paper }) => `${person} ${paper.id}`)
  const related = sent.filter((one) => one.isRelated)
  return {
    ...{ field: field.name, papers, served, distinct, digests },
    ...{ matched: sent.length - related.length, related: related.length },
    offeredTwice: offers.length - new Set(offers).size,
    requestsADay: Math.max(...requests.map(({ openalex }) => openalex)),
    precision: precisionIn(judged),
  }
}

export const precisionIn = (judged: readonly Graded[]): WeekSummary['precision'] => ({
  matched: precisionOf(judged.filter(({ isRelated }) => !isRelated)),
  related: precisionOf(judged.filter(({ isRelated }) => isRelated)),
})

const precisionOf = (judged: readonly Graded[]): Precision => ({
  judged: judged.length,
  wanted: judged.filter(({ grade }) => grade === 2).length,
  marginal: judged.filter(({ grade }) => grade >= 1).length,
})

export function weekText(field: Field, week: Week, summary: WeekSummary): string {
  const { papers, served, distinct, digests, matched, related, offeredTwice, requestsADay, precision } =
    summary
  return [
    `${field.name}: ${field.sources}`,
    `${papers} papers of ${served} entries of the services, which have ${distinct} different DOIs and titles; ${digests} digests with ${matched} matched and ${related} related papers, ${offeredTwice} offered twice; at most ${requestsADay} requests a day to OpenAlex`,
    daysText(field, week),
    precisionText(precision),
  ].join('\n')
}

/** For each person and day, matched+related papers. */
const daysText = ({ people }: Field, { days, sent }: Week): string =>
  table(
    ['matched+related', ...days],
    people.map(({ name }) => [name, ...days.map((day) => countsText(sent, name, day))]),
  )

function countsText(sent: readonly Sent[], person: string, day: string): string {
  const some = sent.filter((one) => one.person === person && one.day === day)
  const related = some.filter((one) => one.isRelated).length
  return `${some.length - related}+${related}`
}

export function precisionText(precision: WeekSummary['precision']): string {
  const share = (part: number, all: number) => (all === 0 ? '' : (part / all).toFixed(2))
  return table(
    ['papers', 'judged', 'wanted', 'at least marginal', 'precision', 'with marginal'],
    Object.entries(precision).map(([name, { judged, wanted, marginal }]) => [
      ...[name, judged, wanted, marginal, share(wanted, judged), share(marginal, judged)],
    ]),
  )
}
