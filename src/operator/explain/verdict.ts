import type { ListedBounce } from '../../bounces/bounce-list.repo.ts'
import { classText, newestFailure } from '../../bounces/bounce-text.ts'
import { addDays, dayExists, localDayOf, weekdayOf } from '../../core/dates.ts'
import { waitDeadline } from '../../digests/open-due.ts'
import { weekdayDateWithYear, weekdaysText } from '../../i18n/dates.ts'
import { listed } from '../../i18n/words.ts'
import { sourceTitle } from '../../sources/registry.ts'
import type { Consent } from '../../subscribers/subscriber.repo.ts'
import { quantity, span } from '../operations/text-table.ts'
import { sourceReasonText } from '../source-status.ts'
import type { ExplainContext, ExplainedSubscriber } from './context.ts'
import { hourText, quotedTitle, utcText, type Verdict, verdict } from './format.ts'
import { mailVerdict } from './mail-verdict.ts'

/** The outcome of the date, and the one reason for it. */
export function verdictOf(context: ExplainContext): Verdict {
  if (context.digest) return context.mail ? mailVerdict(context, context.mail) : digestVerdict(context)
  return stateVerdict(context) ?? dueVerdict(context)
}

function digestVerdict(context: ExplainContext): Verdict {
  const { date, due, subscription, outcome, digest } = context
  const at = hourText(due!.dueAt, subscription.zone, date)
  switch (outcome ?? digest!.outcome) {
    case 'rescheduled':
      return verdict(
        'rescheduled',
        `No email: their hour on that date, ${at}, had already passed when it was chosen.`,
      )
    case 'missed':
      return verdict(
        'missed',
        `Missed: it was not planned within 20 hours of ${at}; the next digest included its papers.`,
      )
    case 'paused':
      return verdict('paused', `No email: they were paused${pauseEnd(context)}.`)
    case 'nothing_matched':
      return nothingMatchedVerdict(context)
    default:
      return verdict(
        'being-planned',
        `Due since ${at}, but the papers are not chosen yet: ${planningStatus(context)}.`,
      )
  }
}

const pauseEnd = ({ subscription: { pausedUntil } }: ExplainContext): string =>
  pausedUntil ? `, until ${weekdayDateWithYear(pausedUntil)}` : ' until they resume'

function planningStatus({ lastTick }: ExplainContext): string {
  return lastTick ? `the newest tick was at ${utcText(lastTick)}` : 'the schedule has not ticked for two days'
}

function nothingMatchedVerdict({ nothingMatched: found, subscription, sources }: ExplainContext): Verdict {
  const why = sourceReason(sources)
  if (subscription.topics.length === 0)
    return verdict('nothing-matched', `No email: none of the most upvoted papers were new to them${why}.`)
  if (found?.newCount === 0) return verdict('no-new-papers', `No email: no paper was new to them${why}.`)
  const near = found?.nearest ? `; closest: ${quotedTitle(found.nearest.paper.title)}` : ''
  const all = found ? `none of ${quantity(found.newCount, 'new paper')}` : 'no new paper'
  const topics = quantity(subscription.topics.length, 'topic')
  return verdict('nothing-matched', `No email: ${all} matched their ${topics}${near}.`)
}

/** "; huggingface is failed for 2026-11-24", else the reason of each source for listing no papers on the newest day. */
function sourceReason(sources: ExplainContext['sources']): string {
  const stuck = sources.find(({ state }) => state === 'failed' || state === 'stalled')
  if (stuck) return `; ${stuck.source} is ${stuck.state}${reasonOf(stuck)} for ${stuck.day}`
  const newest = sources.filter(({ day }) => day === sources.at(-1)?.day)
  if (newest.some(({ state }) => state !== 'quiet')) return ''
  return [...Map.groupBy(newest, reasonOf)].map(([reason, alike]) => restText(reason, alike)).join('')
}

function restText(reason: string, alike: ExplainContext['sources']): string {
  const names = listed(alike.map(({ source }) => source))
  return `; ${names} ${alike.length === 1 ? 'is' : 'are'} quiet${reason} on ${alike[0]!.day}`
}

const reasonOf = ({ reason }: ExplainContext['sources'][number]): string =>
  reason ? ` (${sourceReasonText(reason)})` : ''

/** The verdict if the state of the subscriber decides it. */
function stateVerdict(context: ExplainContext): Verdict | null {
  const { state, consents, due, now } = context
  const last = (event: string) =>
    consents.findLast((one) => one.event === event && one.at <= (due?.dueAt ?? now))?.at
  const since = (at: Date | undefined) => (at ? ` since ${utcText(at)}` : '')
  switch (state) {
    case 'none':
      return notSubscribed(context)
    case 'pending':
      return notConfirmed(context)
    case 'unsubscribed':
      return verdict('unsubscribed', `Nothing was due: they had unsubscribed${since(last('unsubscribed'))}.`)
    case 'suppressed':
      return verdict(
        'suppressed',
        `Nothing was due: the address was suppressed${since(last('suppressed'))}${suppressedBy(context)}.`,
      )
    default:
      return null
  }
}

/** " (dead, by the report that came at … for digest …)" */
function suppressedBy({ suppression, returns }: ExplainContext): string {
  if (!suppression) return ''
  const { reason, at } = suppression
  const report = returns.find((one) => one.effect === 'suppressed' && one.at.getTime() === at.getTime())
  return report ? ` (${reason}, by ${reportText(report)})` : ` (${reason})`
}

const reportText = ({ at, kind, messageId }: ListedBounce): string =>
  `the report that came at ${utcText(at)}${messageId ? ` for ${kind ?? 'mail'} ${messageId}` : ''}`

function notSubscribed(context: ExplainContext): Verdict {
  const { subject, consents, date, subscription } = context
  const at = subject.importedAt ?? consents[0]?.at
  const how = subject.importedAt ? ' here by an import' : ''
  const hour = at && localDayOf(at, subscription.zone) === date ? afterHour(context) : ''
  const came = at ? `: they came${how} at ${utcText(at)}${hour}` : ''
  return verdict('not-subscribed', `Nothing was due: they were not subscribed${came}${firstDue(context)}.`)
}

const afterHour = ({ due, subscription, date }: ExplainContext): string =>
  due ? `, after that date’s hour (${hourText(due.dueAt, subscription.zone, date)})` : ''

const firstDue = ({ date, subscription: { startDate } }: ExplainContext): string =>
  startDate && startDate > date ? `; the first date that counts is ${weekdayDateWithYear(startDate)}` : ''

function notConfirmed(context: ExplainContext): Verdict {
  const { subject, consents, due } = context
  const asked = consents.find(({ event }) => event === 'asked')
  const confirmed = consents.find(({ event, at }) => event === 'confirmed' && (!due || at > due.dueAt))
  if (!confirmed) return asked ? neverConfirmed(asked, context) : neverRequested(subject)
  const at = `${utcText(confirmed.at)}${afterHour(context)}`
  return verdict('confirmed-later', `Nothing was due yet: they confirmed at ${at}${firstDue(context)}.`)
}

function neverConfirmed({ how, at }: Consent, { returns }: ExplainContext): Verdict {
  const asked = how === 'import' ? 'they were imported and asked' : 'they asked'
  const failure = newestFailure(returns)
  if (failure)
    return verdict(
      'confirmation-came-back',
      `Nothing was due: ${asked} at ${utcText(at)}, and the email was returned: ${classText(failure)}.`,
    )
  return verdict(
    'not-confirmed',
    `Nothing was due: ${asked} at ${utcText(at)} and never pressed the button in the confirmation.`,
  )
}

function neverRequested({ importedAt }: ExplainedSubscriber): Verdict {
  const came = importedAt
    ? `they were imported at ${utcText(importedAt)} and have not been asked to confirm yet (subscribers import --ask)`
    : 'there is no record that they confirmed or were asked to'
  return verdict('never-asked', `Nothing was due: ${came}.`)
}

/** The verdict by schedule, for an active or paused subscriber without a digest of that date. */
function dueVerdict(context: ExplainContext): Verdict {
  const { date, due, now, subscription, passedOver, keepDays } = context
  const { zone, days, startDate } = subscription
  if (!due) {
    if (!dayExists(date, zone))
      return verdict('no-such-day', `Nothing was due: ${zone} never had ${weekdayDateWithYear(date)}.`)
    if (passedOver && days.includes(weekdayOf(date)))
      return verdict(
        'rescheduled',
        'Nothing was due: a change of their hour, days or zone skipped that date’s hour.',
      )
    return verdict(
      'not-their-day',
      `Nothing is due on a ${weekdaysText([weekdayOf(date)])}: their days are ${weekdaysText(days)}.`,
    )
  }
  const at = hourText(due.dueAt, zone, date)
  if (due.dueAt > now && context.state === 'paused')
    return verdict('paused', `No email will be sent: they are paused${pauseEnd(context)}.`)
  if (due.dueAt > now)
    return verdict(
      'not-due-yet',
      `Not due yet: it is sent at ${at}, in ${span(due.dueAt.getTime() - now.getTime())}.`,
    )
  if (date < addDays(localDayOf(now, zone), -keepDays))
    return verdict('not-kept', `No data for that date: digests are kept for ${keepDays} days (KEEP_DAYS).`)
  if (startDate && startDate > date)
    return verdict(
      'before-first',
      `Nothing was due: the first date that counts for them is ${weekdayDateWithYear(startDate)}.`,
    )
  return notPlanned(context, at)
}

function notPlanned(context: ExplainContext, at: string): Verdict {
  const restored = context.pauses.find(({ to, restored }) => !to && restored)
  if (restored)
    return verdict(
      'restored',
      `Nothing is planned because the database was ${restored.reason} (${utcText(restored.from)}): see delivery status.`,
    )
  if (context.pendingSources.length > 0)
    return verdict(
      'waits',
      `Due since ${at}: waiting for ${listed(context.pendingSources.map(sourceTitle))}, until ${utcText(waitDeadline(context.due!.dueAt))} at the latest.`,
    )
  return verdict(
    'not-planned',
    `Due since ${at}, but not planned: ${planningStatus(context)}. Check that the service is running.`,
  )
}
