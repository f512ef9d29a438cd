import { countBounces } from '../../bounces/bounce-list.repo.ts'
import { databaseFacts } from '../../core/database/database-facts.repo.ts'
import { addDays, type Day, instantOf, localDayOf, midnight, weekdayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { closedDates } from '../../digests/plan.repo.ts'
import { type DayFigures, dailyFigures } from '../../operator/daily-figures.ts'
import { sourceDaysBetween } from '../../sources/source-day.repo.ts'
import { countSuppressionsBetween } from '../../subscribers/suppression.repo.ts'
import { type AlertValues, addAlert, hasAlert, WEEK } from './alert.repo.ts'

const HOUR = 8

/** On Monday at 8 in DIGEST_ZONE, or later that day: last week compared with the week before. */
export async function addWeeklyReport(deps: Deps): Promise<void> {
  const { db, clock, config, log } = deps
  const now = clock.now()
  const today = localDayOf(now, config.DIGEST_ZONE)
  if (weekdayOf(today) !== 'mon' || now < instantOf(today, HOUR, config.DIGEST_ZONE)) return
  if (await hasAlert(db, { kind: WEEK, key: today })) return
  const values = await lastWeek(deps, today)
  if (!values) return
  if (await addAlert(db, { kind: WEEK, key: today, at: now, values }))
    log.info('alert.raised', { kind: WEEK, key: today })
}

const SUMMED = [
  ['Sign-ups', 'asked'],
  ['Confirmed', 'confirmed'],
  ['Unsubscribed', 'unsubscribed'],
  ['Emails accepted', 'accepted'],
  ['Emails refused', 'refused'],
  ['Emails given up', 'gaveUp'],
  ['Emails uncertain', 'uncertain'],
  ['Emails skipped', 'skipped'],
] as const
const RETURNED = [
  ['Bounced: no mailbox', 'dead'],
  ['Bounced: mailbox full', 'full'],
  ['Complaints', 'complaint'],
] as const

/** The week (Monday to Sunday, UTC) before that Monday; undefined if the service was empty then. */
async function lastWeek(deps: Deps, monday: Day): Promise<AlertValues | undefined> {
  const { db } = deps
  const from = addDays(monday, -7)
  const to = addDays(monday, -1)
  const sourceDays = await sourceDaysBetween(db, { from, to })
  const days = await dailyFigures(deps, { from: addDays(from, -7), to })
  if (sourceDays.length === 0 && days.every(({ subscribers }) => subscribers === 0)) return undefined
  const before = await countsOfWeek(deps, days.slice(0, 7))
  const { dates, closed } = await closedDates(db, { from, to })
  return {
    from,
    to,
    ...(await countsOfWeek(deps, days.slice(7))),
    ...Object.fromEntries(Object.entries(before).map(([name, count]) => [`${name}Before`, count])),
    dates,
    closed,
    sourceDays: sourceDays.length,
    withPapers: sourceDays.filter(({ papers }) => papers > 0).length,
    papers: sum(sourceDays.map(({ papers }) => papers)),
    suppressions: await countSuppressionsBetween(db, { from: midnight(from), before: midnight(monday) }),
    databaseBytes: (await databaseFacts(db)).bytes,
  }
}

/** By name. */
async function countsOfWeek({ db }: Deps, days: DayFigures[]): Promise<Record<string, number>> {
  const monday = days[0]!.day
  const bounces = await countBounces(db, { from: midnight(monday), before: midnight(addDays(monday, 7)) })
  return {
    subscribers: days.at(-1)!.subscribers,
    ...Object.fromEntries(SUMMED.map(([, name]) => [name, sum(days.map((day) => day[name]))])),
    ...Object.fromEntries(
      RETURNED.map(([, kind]) => [kind, bounces.find((one) => one.class === kind)?.count ?? 0]),
    ),
  }
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)

const LABEL = 26
const NUMBER = 9
const MIB = 1024 * 1024

/** The week next to the week before, as columns. */
export function weeklyReportLines(values: AlertValues): string[] {
  const row = (label: string, ...numbers: (AlertValues[string] | undefined)[]) =>
    `  ${label.padEnd(LABEL)}${numbers.map((number) => String(number ?? '').padStart(NUMBER)).join('')}`
  const single = (label: string, text: string) => `  ${label.padEnd(LABEL)}${text}`
  const { closed, dates, withPapers, sourceDays, papers, suppressions, databaseBytes } = values
  const rows = [['Subscribers', 'subscribers'] as const, ...SUMMED, ...RETURNED]
  return [
    row('', 'this week', 'before'),
    ...rows.map(([label, name]) => row(label, values[name], values[`${name}Before`])),
    '',
    single('Complete dates', `${closed} of ${dates} with digests due`),
    single('Source days', `${withPapers} of ${sourceDays} with papers, ${papers} papers`),
    single('Suppressed addresses', `${suppressions}`),
    single('Database', `${Math.round(Number(databaseBytes) / MIB)} MiB`),
  ]
}
