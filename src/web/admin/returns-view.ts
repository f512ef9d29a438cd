import {
  type BounceDomainCount,
  countBounces,
  countBouncesByDay,
  countBouncesByDomain,
} from '../../bounces/bounce-list.repo.ts'
import { isFailureClass } from '../../bounces/bounce-text.ts'
import { waitingReports } from '../../bounces/report.repo.ts'
import { addDays, type Day, dayOf, midnight } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { type ChartView, dayChart } from './charts-view.ts'

export const RETURN_SPANS = [
  { days: 7, text: '7 days' },
  { days: 30, text: '30 days' },
] as const

const MAX_DOMAINS = 10
/** A report that is not processed within this time is late. */
const LATE_MS = 5 * 60_000

/** Totals of bounces and complaints for the days up to today (UTC), by class and by domain. */
export async function returnsView({ db, clock }: Deps, { days }: { days: number }) {
  const now = clock.now()
  const today = dayOf(now)
  const first = addDays(today, 1 - days)
  const span = { from: midnight(first), before: midnight(addDays(today, 1)) }
  const byDay = await countBouncesByDay(db, span)
  const { count, oldest } = await waitingReports(db)
  return {
    classes: await countBounces(db, span),
    domains: domainRows(await countBouncesByDomain(db, { ...span, domains: MAX_DOMAINS })),
    charts: chartsOf(first, days, byDay),
    late: oldest && now.getTime() - oldest.getTime() > LATE_MS ? { count, oldest } : null,
  }
}

/** The domains with the most bounces: "12 dead, 3 complaint". */
function domainRows(counts: readonly BounceDomainCount[]) {
  const domains = [...new Set(counts.map(({ domain }) => domain))]
  return domains.map((domain) => {
    const mine = counts.filter((one) => one.domain === domain)
    return {
      domain,
      count: mine.reduce((sum, { count }) => sum + count, 0),
      text: mine.map(({ class: kind, count }) => `${count} ${kind}`).join(', '),
    }
  })
}

type Counted = Awaited<ReturnType<typeof countBouncesByDay>>

function chartsOf(first: Day, days: number, counts: Counted): ChartView[] {
  const all = Array.from({ length: days }, (_, n) => addDays(first, n))
  const of = (isOne: (kind: string) => boolean) =>
    all.map((day) => ({
      day,
      count: counts
        .filter((one) => one.day === day && isOne(one.class))
        .reduce((sum, { count }) => sum + count, 0),
    }))
  return [
    dayChart({ id: 'failed', title: 'Bounces', column: 'Bounces' }, of(isFailureClass)),
    dayChart(
      { id: 'complained', title: 'Complaints', column: 'Complaints' },
      of((kind) => kind === 'complaint'),
    ),
  ]
}
