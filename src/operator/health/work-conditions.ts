import { SIGNUPS_INCIDENT } from '../../account/signup/subscribe.ts'
import { cliCommand, START_COMMANDS } from '../../core/cli-command.ts'
import { MINUTE_MS } from '../../core/dates.ts'
import { featureNudges } from '../../core/feature-nudge.ts'
import { capitalized } from '../../i18n/words.ts'
import { quantity } from '../operations/text-table.ts'
import {
  AT_ONCE,
  type Condition,
  type Finding,
  findingSince,
  type PublicNotice,
  RECOVERY_MS,
  timeSeenFrom,
} from './condition.ts'
import type { HealthFacts } from './facts.ts'

/** A tick and a nudge for each kind of work come every minute. */
const LATE_MS = 3 * MINUTE_MS

const START_FIX = `Start it: ${START_COMMANDS}; with --roles, one process needs schedule and one needs worker.`

const silentSchedule: Condition = {
  name: 'schedule-silent',
  state: 'wrong',
  check: ({ config, liveness: { tick }, processes, now }) => {
    // The demo has no schedule: its desk moves the clock.
    if (config.demo) return []
    // A process that has just started ticks with the next minute.
    const ticks = [tick, processes[0]?.startedAt].filter((at) => at instanceof Date)
    if (ticks.some((at) => now.getTime() - at.getTime() <= LATE_MS)) return []
    return [findingSince('schedule', tick ?? now, { ticked: tick?.toISOString() ?? null })]
  },
  sentence: ({ since, values }, { now }) =>
    values.ticked
      ? `No process with the role schedule has run since ${timeSeenFrom(now, since)}: nothing is fetched, planned or sent.`
      : 'No process with the role schedule has run yet: nothing is fetched, planned or sent.',
  fix: () => START_FIX,
  path: () => '#delivery',
  notice: () => 'late',
}

const idleWorker: Condition = {
  name: 'worker-idle',
  state: 'wrong',
  check: ({ liveness: { waitsSince, waitsSeconds }, now }) => {
    const waitsMs = Number(waitsSeconds) * 1000
    if (!waitsSince || waitsMs <= LATE_MS) return []
    const values = { subject: 'worker', what: 'idle', detail: null }
    // The queue has the database's clock; how long something has waited is the same by both.
    return [{ ...findingSince('worker', waitsSince, values), since: new Date(now.getTime() - waitsMs) }]
  },
  sentence: ({ since }, { now }) =>
    `No process with the role worker has run since ${timeSeenFrom(now, since)}: nothing is fetched, planned or sent.`,
  fix: () => START_FIX,
  path: () => '#delivery',
  notice: () => 'late',
  alertAfterMs: RECOVERY_MS,
}

/** Once nothing takes work, that is what is wrong. */
const silentWorker: Condition = {
  name: 'worker-silent',
  state: 'wrong',
  check: (facts) =>
    idleWorker.check(facts).length > 0
      ? []
      : facts.incidents
          .filter(({ name }) => name === 'worker')
          .map(({ what, detail, since }) =>
            findingSince('worker-silent', since, { subject: 'worker', what, detail }),
          ),
  sentence: ({ since, values }, { now }) =>
    `A worker has not replied since ${timeSeenFrom(now, since)} (${values.detail}). Its process ends by itself after 90 seconds.`,
  fix: () => 'systemd or Docker starts it again. Otherwise start it yourself: npm start.',
  path: () => '#delivery',
  notice: () => 'late',
  alertAfterMs: RECOVERY_MS,
}

const unreadReports: Condition = {
  name: 'reports-unread',
  state: 'wrong',
  check: (facts) => {
    const { reports, incidents, now } = facts
    const { count, oldest } = reports
    const isFailing = incidents.some(({ name }) => name === 'work read-reports')
    // Without a worker, or if reading fails, that is what is wrong.
    if (!oldest || now.getTime() - oldest.getTime() <= LATE_MS) return []
    if (isFailing || idleWorker.check(facts).length > 0) return []
    return [findingSince('reports', oldest, { subject: 'reports', what: 'unread', detail: null, count })]
  },
  sentence: ({ since, values: { count } }, { now }) =>
    `${count === 1 ? 'A bounce or complaint has' : `${count} bounces and complaints have`} been waiting to be read since ${timeSeenFrom(now, since)}.`,
  fix: () => `See what is waiting: ${cliCommand('bounces status')}`,
  path: () => '/admin/bounces',
  notice: () => 'reports',
  alertAfterMs: RECOVERY_MS,
}

const WORK_NAMES: Record<string, string> = {
  ingest: 'fetching papers',
  plan: 'planning digests',
  'drain-transactional': 'sending confirmations and links',
  'drain-bulk': 'sending digests',
  'read-reports': 'processing bounces and complaints',
  prune: 'deleting old data',
  learn: 'learning from the archive',
}

const NOTICES: Record<string, PublicNotice> = {
  ingest: 'papers',
  plan: 'late',
  'drain-transactional': 'late',
  'drain-bulk': 'late',
  'read-reports': 'reports',
}

const featureNudgeOf = (subject: unknown, { features }: HealthFacts) =>
  featureNudges(features).find(({ name }) => name === subject)

const workNameOf = (subject: unknown, facts: HealthFacts): string =>
  WORK_NAMES[String(subject)] ?? featureNudgeOf(subject, facts)?.does ?? String(subject)

const failingWork: Condition = {
  name: 'work-failing',
  state: 'wrong',
  check: ({ incidents }) =>
    incidents
      .filter(({ name }) => name.startsWith('work '))
      .map(({ name, what, detail, since }): Finding => {
        const subject = name.slice('work '.length)
        return findingSince(subject, since, { subject, what, detail })
      }),
  sentence: ({ since, values: { subject, detail } }, facts) =>
    `${capitalized(workNameOf(subject, facts))} has failed at every attempt since ${timeSeenFrom(facts.now, since)}: ${detail}`,
  fix: () => 'It is retried every minute, and no work is lost. The log has each attempt as nudge.failed.',
  path: () => '#alerts',
  notice: ({ values: { subject } }, facts) =>
    NOTICES[String(subject)] ?? featureNudgeOf(subject, facts)?.notice ?? null,
  alertAfterMs: RECOVERY_MS,
}

const openDate: Condition = {
  name: 'date-not-closed',
  state: 'wrong',
  check: ({ overdueDates }) =>
    overdueDates.map(({ localDate: date, plans, due, since }) => ({
      key: date,
      since,
      values: { date, plans, due, since: since.toISOString() },
    })),
  sentence: ({ since, values: { date, due } }, { now }) =>
    `The digests of ${date} (${quantity(Number(due), 'subscriber')}) should have been finished by ${timeSeenFrom(now, since)} and are not.`,
  fix: ({ values }) => `See what is still open: ${cliCommand(`digests status --date ${values.date}`)}`,
  path: ({ values }) => `/admin/days?date=${values.date}`,
  notice: () => 'late',
  alertAfterMs: AT_ONCE,
}

const limitedSignups: Condition = {
  name: 'signups-limited',
  state: 'warning',
  check: ({ incidents }) =>
    incidents
      .filter(({ name }) => name === SIGNUPS_INCIDENT)
      .map(({ since, detail }) => ({
        key: since.toISOString(),
        since,
        values: { detail, since: since.toISOString() },
      })),
  sentence: ({ since, values }, { now }) =>
    `Sign-ups have been limited since ${timeSeenFrom(now, since)}: the site sends ${values.detail}.`,
  fix: () =>
    `See who signed up: ${cliCommand('subscribers list --state pending')}. The limit is SIGNUP_PER_HOUR.`,
  path: () => '/admin/subscribers?state=pending',
  notice: () => 'signups',
  alertAfterMs: AT_ONCE,
}

export const WORK_CONDITIONS: readonly Condition[] = [
  silentSchedule,
  idleWorker,
  silentWorker,
  failingWork,
  openDate,
  unreadReports,
  limitedSignups,
]
