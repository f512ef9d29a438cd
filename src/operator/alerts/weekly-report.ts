import { countBounces } from '../../bounces/bounce-list.repo.ts'
import { databaseFacts } from '../../core/database/database-facts.repo.ts'
import { addDays, DAY_MS, type Day, instantOf, localDayOf, midnight, weekdayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { closedDates } from '../../digests/plan.repo.ts'
import { sourceDaysBetween } from '../../sources/source-day.repo.ts'
import { countSuppressionsBetween } from '../../subscribers/suppression.repo.ts'
import { dailyFigures } from '../daily-figures.ts'
import { type AlertValues, addAlert, hasAlert } from './alert.repo.ts'

const HOUR = 8

/** On Monday at 8 in DIGEST_ZONE, or later that day: last week compared with the week before. */
export async function addWeeklyReport(deps: Deps): Promise<void> {
  const { db, clock, config, log } = deps
  const now = clock.now()
  const today = localDayOf(now, config.DIGEST_ZONE)
  if (weekdayOf(today) !== 'mon' || now < instantOf(today, HOUR, config.DIGEST_ZONE)) return
  if (await hasAlert(db, { kind: 'week', key: today })) return
  const values = await lastWeek(deps, today)
  if (!values) return
  if (await addAlert(db, { kind: 'week', key: today, at: now, values }))
    log.info('alert.raised', { kind: 'week', key: today })
}

const COUNTED = [
  'asked',
  'confirmed',
  'unsubscribed',
  'accepted',
  'refused',
  'gaveUp',
  'uncertain',
  'skipped',
] as const

/** The week (Monday to Sunday, UTC) before that Monday; undefined if the service was empty then. */
async function lastWeek(deps: Deps, monday: Day): Promise<AlertValues | undefined> {
  const { db } = deps
  const from = addDays(monday, -7)
  const to = addDays(monday, -1)
  const sourceDays = await sourceDaysBetween(db, { from, to })
  const figures = await dailyFigures(deps, { from: addDays(from, -8), to })
  if (sourceDays.length === 0 && figures.every(({ subscribers }) => subscribers === 0)) return undefined
  const [last, before] = [figures.slice(8), figures.slice(1, 8)]
  const counts = COUNTED.flatMap((name) => [
    [name, sum(last.map((day) => day[name]))],
    [`${name}Before`, sum(before.map((day) => day[name]))],
  ])
  const { dates, closed } = await closedDates(db, { from, to })
  return {
    from,
    to,
    subscribers: last.at(-1)!.subscribers,
    subscribersBefore: before.at(-1)!.subscribers,
    ...Object.fromEntries(counts),
    ...(await returnCounts(deps, { from, to })),
    dates,
    closed,
    sourceDays: sourceDays.length,
    withPapers: sourceDays.filter(({ papers }) => papers > 0).length,
    papers: sum(sourceDays.map(({ papers }) => papers)),
    suppressions: await countSuppressionsBetween(db, {
      from: midnight(from),
      before: new Date(midnight(to).getTime() + DAY_MS),
    }),
    databaseBytes: (await databaseFacts(db)).bytes,
  }
}

const RETURNED = ['dead', 'full', 'complaint']

/** Bounces in those days, and in the same number of days before. */
async function returnCounts({ db }: Deps, { from, to }: { from: Day; to: Day }): Promise<AlertValues> {
  const last = await countBounces(db, { from: midnight(from), before: midnight(addDays(to, 1)) })
  const before = await countBounces(db, { from: midnight(addDays(from, -7)), before: midnight(from) })
  const of = (counts: typeof last, kind: string) => counts.find((one) => one.class === kind)?.count ?? 0
  return Object.fromEntries(
    RETURNED.flatMap((kind) => [
      [kind, of(last, kind)],
      [`${kind}Before`, of(before, kind)],
    ]),
  )
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)
