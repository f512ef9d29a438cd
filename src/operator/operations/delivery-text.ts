import { LANES, type Lane } from '../../mail/message.ts'
import type { UnansweredLane } from '../../mail/sending/missing-replies.repo.ts'
import {
  type DeliveryReport,
  deliveryLimitText,
  QUEUED_STATES,
  UNANSWERED_SENTENCE,
  unansweredText,
} from '../delivery-report.ts'
import { formatMinute, span, table } from './text-table.ts'

type Shown = DeliveryReport & { now: Date }

const RESTORED = `This database was restored from a backup. Nothing is planned or sent until you resume delivery:
  delivery resume --dry-run    what ends then: open messages of the backup, and dates whose hour has come
  delivery resume              end it, and go on with the next hour
  delivery resume --moved      nothing was sent since the backup was made: end nothing`

const PROMOTED = `A standby of the database was promoted. Nothing is planned or sent until you resume delivery. Check
whether the standby had received everything (docs/backup.md):
  delivery resume --dry-run    what ends if it may have missed something: open messages, and dates whose hour has come
  delivery resume              end it, and continue with the next hour
  delivery resume --moved      it had received everything: end nothing`

export const textOfDelivery = (shown: Shown): string =>
  [
    switchText(shown),
    ...(shown.restored ? [shown.reason === 'promoted' ? PROMOTED : RESTORED] : []),
    ...shown.unanswered.map((paused) => unansweredLine(paused, shown.now)),
    '',
    table(
      ['emails', 'waiting', 'sending', 'deferred', 'uncertain', 'oldest (UTC)', 'next try (UTC)'],
      LANES.map((lane) => rowOf(shown, lane)),
    ),
    '',
    ...limitsText(shown),
    scheduleText(shown),
    workerText(shown),
    ...reportsText(shown),
  ].join('\n')

function switchText({ delivery, since, reason, restored, now }: Shown): string {
  if (delivery === 'paused' && since)
    return `Paused since ${formatMinute(since)} UTC (${ago(since, now)}): ${reason}${restored ? '' : '\nTo resume: delivery resume'}`
  if (delivery === 'off') return 'Off: SENDING=off in the settings. Emails are planned but not sent.'
  return 'Delivery is on.'
}

const unansweredLine = (paused: UnansweredLane, now: Date): string =>
  `${unansweredText(paused)}\n  Since ${formatMinute(paused.since)} UTC (${ago(paused.since, now)}). ${UNANSWERED_SENTENCE}`

const LANE_NAMES: Record<Lane, string> = { transactional: 'confirmations', bulk: 'digests' }

function rowOf(shown: Shown, lane: Lane): (string | number | null)[] {
  const { oldest, nextTry, ...counts } = shown.lanes[lane]
  return [
    LANE_NAMES[lane],
    ...QUEUED_STATES.map((state) => counts[state]),
    oldest && formatMinute(oldest),
    nextTry && nextTryText(nextTry, shown),
  ]
}

function nextTryText(at: Date, { delivery, now }: Shown): string {
  if (at > now) return formatMinute(at)
  if (delivery === 'paused') return 'once resumed'
  return delivery === 'off' ? 'once on' : 'now'
}

const MAX_RATES = 12

function limitsText({ sendRates }: Shown): string[] {
  if (sendRates.length === 0) return []
  const more = sendRates.length - MAX_RATES
  return [
    'Rate limits now (a reduced rate doubles every minute):',
    ...sendRates.slice(0, MAX_RATES).map((sendRate) => `  ${deliveryLimitText(sendRate)}`),
    ...(more > 0 ? [`  and ${more} more domains: delivery status --json`] : []),
    '',
  ]
}

/** A tick is due every minute. */
const LATE_MS = 3 * 60_000

function scheduleText({ schedule: { ticked: lastTick }, now }: Shown): string {
  if (!lastTick)
    return 'Schedule: no tick within two days. Check that a process with the role schedule is running.'
  const late = now.getTime() - lastTick.getTime() > LATE_MS
  const asks = late
    ? `: ${ago(lastTick, now)} ago. Check that a process with the role schedule is running.`
    : '.'
  return `Schedule: ticked ${formatMinute(lastTick)} UTC${asks}`
}

/** Workers take nudges within seconds. */
const LATE_SECONDS = 60

function workerText({ delivery, workers: { nudgeWaitsSeconds, holding } }: Shown): string {
  if (nudgeWaitsSeconds !== null && nudgeWaitsSeconds >= LATE_SECONDS)
    return `Workers: none took a nudge for ${span(nudgeWaitsSeconds * 1000)}. Check that a process with the role worker is running.`
  if (holding > 0) return `Workers: ${holding} with messages being sent now.`
  if (delivery === 'paused') return 'Workers: none sends while delivery is paused.'
  if (delivery === 'off') return 'Workers: none sends while SENDING is off.'
  return 'Workers: none is sending now, and no work is waiting.'
}

/** Workers read reports within seconds. */
const LATE_REPORT_MS = 5 * 60_000

function reportsText({ reports: { waiting: count, oldest }, now }: Shown): string[] {
  if (!oldest || now.getTime() - oldest.getTime() <= LATE_REPORT_MS) return []
  const [wait, be] = count === 1 ? ['report is waiting', 'it is'] : ['reports are waiting', 'the oldest is']
  return [
    `Returns: ${count} ${wait}; ${be} ${span(now.getTime() - oldest.getTime())} old. See bounces status.`,
  ]
}

const ago = (from: Date, to: Date): string => span(to.getTime() - from.getTime())
