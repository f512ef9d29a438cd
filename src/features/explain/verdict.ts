import { classText, newestFailure } from '../../bounces/bounce-text.ts'
import { addDays, localDayOf, weekdayOf } from '../../core/dates.ts'
import { waitDeadline } from '../../digests/usual-sources.ts'
import { weekdayDateWithYear, weekdaysText } from '../../i18n/dates.ts'
import { listed } from '../../i18n/words.ts'
import { quantity, span } from '../../operator/operations/text-table.ts'
import { sourceReasonText } from '../../operator/source-status.ts'
import { sourceTitle } from '../../sources/registry.ts'
import type { Consent } from '../../subscribers/consent.repo.ts'
import { hourText, utcText } from './format.ts'
import { mailVerdict } from './mail-verdict.ts'
import type { Recorded } from './recorded.ts'
import { type Verdict, verdict } from './sentences.ts'

/** The outcome of the date, and the one reason for it. */
export function verdictOf(recorded: Recorded): Verdict {
  if (recorded.mail) return mailVerdict(recorded, recorded.mail)
  if (recorded.digest) return digestVerdict(recorded)
  return stateVerdict(recorded) ?? scheduleVerdict(recorded)
}

function digestVerdict(recorded: Recorded): Verdict {
  const { digest, outcome } = recorded
  switch (outcome ?? digest!.outcome) {
    case 'rescheduled':
      return verdict('rescheduled')
    case 'missed':
      return verdict('missed', { hour: hourOf(recorded) })
    case 'paused':
      return verdict('paused', { they: ': they were', until: pauseEnd(recorded) })
    case 'nothing_matched':
      return nothingMatchedVerdict(recorded)
    default:
      return verdict('being-planned', { hour: hourOf(recorded), tick: tickText(recorded) })
  }
}

const hourOf = ({ due, subscription: { zone } }: Recorded): string => (due ? hourText(due.dueAt, zone) : '')

const pauseEnd = ({ subscription: { pausedUntil } }: Recorded): string =>
  pausedUntil ? `, until ${weekdayDateWithYear(pausedUntil)}` : ' until they resume'

const tickText = ({ lastTick }: Recorded): string =>
  lastTick ? `the newest tick was at ${utcText(lastTick)}` : 'the schedule has not ticked for two days'

function nothingMatchedVerdict({ papers, subscription: { topics }, sources: days }: Recorded): Verdict {
  const sources = sourceReason(days)
  if (topics.length === 0)
    return verdict('nothing-matched', { papers: 'none of the most upvoted papers were new to them', sources })
  if (papers?.fresh === 0) return verdict('no-new-papers', { sources })
  const looked = `none of ${quantity(papers?.fresh ?? 0, 'new paper')}`
  return verdict('nothing-matched', {
    papers: `${looked} matched their ${quantity(topics.length, 'topic')}`,
    sources,
  })
}

/** "; Hugging Face failed for 2026-11-24", else why no source listed papers on the newest day. */
function sourceReason(days: Recorded['sources']): string {
  const stuck = days.find(({ state }) => state === 'failed' || state === 'stalled')
  if (stuck) return `; ${sourceState(stuck, '')} for ${stuck.day}`
  const newest = days.at(-1)?.day
  const ofNewest = days.filter(({ day }) => day === newest)
  const isQuiet = newest && ofNewest.every(({ state }) => state === 'quiet')
  return isQuiet ? `; ${listed(ofNewest.map((one) => sourceState(one, 'was ')))} on ${newest}` : ''
}

const sourceState = ({ source, state, reason }: Recorded['sources'][number], verb: string): string =>
  `${sourceTitle(source)} ${verb}${state}${reason ? ` (${sourceReasonText(reason)})` : ''}`

/** The verdict if the state of the subscriber decides it. */
function stateVerdict(recorded: Recorded): Verdict | undefined {
  switch (recorded.state) {
    case 'none':
      return notSubscribed(recorded)
    case 'pending':
      return notConfirmed(recorded)
    case 'unsubscribed':
      return verdict('unsubscribed', { since: sinceText(recorded, 'unsubscribed') })
    case 'suppressed':
      return verdict('suppressed', { since: sinceText(recorded, 'suppressed'), why: suppressedBy(recorded) })
    default:
      return undefined
  }
}

function sinceText({ consents, due, now }: Recorded, event: Consent['event']): string {
  const last = consents.findLast((one) => one.event === event && one.at <= (due?.dueAt ?? now))
  return last ? ` since ${utcText(last.at)}` : ''
}

/** " (dead, by the report that came at … for digest …)" */
function suppressedBy({ suppression, returns }: Recorded): string {
  if (!suppression) return ''
  const { reason, at } = suppression
  const report = returns.find((one) => one.effect === 'suppressed' && one.at.getTime() === at.getTime())
  if (!report) return ` (${reason})`
  const about = report.messageId ? ` for ${report.kind ?? 'mail'} ${report.messageId}` : ''
  return ` (${reason}, by the report that came at ${utcText(report.at)}${about})`
}

function notSubscribed(recorded: Recorded): Verdict {
  const { importedAt, consents } = recorded
  const at = importedAt ?? consents[0]?.at
  const how = importedAt ? ' here by an import' : ''
  const since = at ? `: they came${how} at ${instantText(recorded, at)}` : ''
  return verdict('not-subscribed', { since, first: firstDue(recorded) })
}

/** Says so if that was after the hour of the date. */
function instantText(recorded: Recorded, at: Date): string {
  const { due, date, subscription } = recorded
  const isAfter = due && at > due.dueAt && localDayOf(at, subscription.zone) === date
  return `${utcText(at)}${isAfter ? `, after that date’s hour (${hourOf(recorded)})` : ''}`
}

const firstDue = ({ date, subscription: { startDate } }: Recorded): string =>
  startDate && startDate > date ? `; the first date that counts is ${weekdayDateWithYear(startDate)}` : ''

function notConfirmed(recorded: Recorded): Verdict {
  const { consents, due, returns } = recorded
  const confirmed = consents.find(({ event, at }) => event === 'confirmed' && (!due || at > due.dueAt))
  if (confirmed)
    return verdict('confirmed-later', { at: instantText(recorded, confirmed.at), first: firstDue(recorded) })
  const first = consents.find(({ event }) => event === 'asked')
  if (!first) return verdict('never-asked', { why: neverAsked(recorded) })
  const asked = first.how === 'import' ? 'they were imported and asked' : 'they asked'
  const failure = newestFailure(returns)
  return failure
    ? verdict('confirmation-came-back', { asked, at: utcText(first.at), why: classText(failure) })
    : verdict('not-confirmed', { asked, at: utcText(first.at) })
}

const neverAsked = ({ importedAt }: Recorded): string =>
  importedAt
    ? `they were imported at ${utcText(importedAt)} and have not been asked to confirm yet (subscribers import --ask)`
    : 'there is no record that they confirmed or were asked to'

/** The verdict by schedule, for an active or paused subscriber without a digest of that date. */
function scheduleVerdict(recorded: Recorded): Verdict {
  const { date, due, now, subscription, isSkipped, config, state } = recorded
  const { zone, days, startDate } = subscription
  if (isSkipped) return verdict('rescheduled')
  if (!due) {
    const weekday = weekdaysText([weekdayOf(date)])
    return verdict('not-their-day', { weekday, days: weekdaysText(days) })
  }
  if (due.dueAt > now && state === 'paused')
    return verdict('paused', { they: ' will be sent: they are', until: pauseEnd(recorded) })
  if (due.dueAt > now) {
    const wait = span(due.dueAt.getTime() - now.getTime())
    return verdict('not-due-yet', { hour: hourOf(recorded), span: wait })
  }
  if (date < addDays(localDayOf(now, zone), -config.KEEP_DAYS))
    return verdict('not-kept', { days: config.KEEP_DAYS })
  if (startDate && startDate > date) return verdict('before-first', { date: weekdayDateWithYear(startDate) })
  return notPlanned(recorded, due.dueAt)
}

function notPlanned(recorded: Recorded, dueAt: Date): Verdict {
  const { pauses, pendingSources } = recorded
  const hour = hourOf(recorded)
  const restored = pauses.find(({ isRestored }) => isRestored)
  if (restored) return verdict('restored', { reason: restored.reason ?? '', at: utcText(restored.from) })
  if (pendingSources.length === 0) return verdict('not-planned', { hour, tick: tickText(recorded) })
  const until = utcText(waitDeadline(dueAt))
  return verdict('waits', { hour, sources: listed(pendingSources.map(sourceTitle)), until })
}
