import { classText, newestFailure } from '../../bounces/return-words.ts'
import type { ListedReturn } from '../../bounces/returned-list.repo.ts'
import { addDays, type Day, dayExists, localDayOf, weekdayOf } from '../../core/dates.ts'
import { waitsUntil } from '../../digests/awaited.ts'
import { weekdays } from '../../i18n/dates.ts'
import { listed } from '../../i18n/words.ts'
import { sourceTitle } from '../../sources/registry.ts'
import type { Consent } from '../../subscribers/consent.repo.ts'
import { reasonText } from '../source-words.ts'
import type { Case, Subject } from './case.ts'
import { mailVerdict } from './mail-verdict.ts'
import { count, dayText, hourText, titled, until, utcText, type Verdict } from './say.ts'

/** What became of the date, and the one reason that decided it. */
export function verdictOf(open: Case): Verdict {
  if (open.digest) return open.mail ? mailVerdict(open, open.mail) : digestVerdict(open)
  return stateVerdict(open) ?? dueVerdict(open)
}

const says = (code: string, text: string): Verdict => ({ code, text })

function digestVerdict(open: Case): Verdict {
  const { date, due, standing, outcome, digest } = open
  const at = hourText(due!.dueAt, standing.zone, date)
  switch (outcome ?? digest!.outcome) {
    case 'rescheduled':
      return says(
        'rescheduled',
        `No email: their hour on that date, ${at}, had already passed when it was chosen.`,
      )
    case 'missed':
      return says(
        'missed',
        `Missed: it was not planned within 20 hours of ${at}; the next digest included its papers.`,
      )
    case 'paused':
      return says('paused', `No email: they were paused${pauseEnd(open)}.`)
    case 'nothing_matched':
      return nothingMatched(open)
    default:
      return says('being-planned', `Due since ${at}, but the papers are not chosen yet: ${planning(open)}.`)
  }
}

const pauseEnd = ({ standing: { pausedUntil } }: Case): string =>
  pausedUntil ? `, until ${dayText(pausedUntil)}` : ' until they resume'

function planning({ ticked }: Case): string {
  return ticked ? `the newest tick was at ${utcText(ticked)}` : 'the schedule has not ticked for two days'
}

function nothingMatched({ looked, standing, sources }: Case): Verdict {
  const why = sourceReason(sources)
  if (standing.topics.length === 0)
    return says('nothing-matched', `No email: none of the most upvoted papers were new to them${why}.`)
  if (looked?.fresh === 0) return says('no-new-papers', `No email: no paper was new to them${why}.`)
  const nearest = looked?.topics.flatMap((topic) => topic.nearest ?? []).sort((a, b) => b.held - a.held)[0]
  const near = nearest ? `; closest: ${titled(nearest.paper.title)}` : ''
  const all = looked ? `none of ${count(looked.fresh, 'new paper')}` : 'no new paper'
  const topics = count(standing.topics.length, 'topic')
  return says('nothing-matched', `No email: ${all} matched their ${topics}${near}.`)
}

/** "; huggingface is failed for 2026-11-24", else what kept each source from listing papers on the newest day. */
function sourceReason(sources: Case['sources']): string {
  const stuck = sources.find(({ state }) => state === 'failed' || state === 'stalled')
  if (stuck) return `; ${stuck.source} is ${stuck.state}${reasonOf(stuck)} for ${stuck.day}`
  const newest = sources.filter(({ day }) => day === sources.at(-1)?.day)
  if (newest.some(({ state }) => state !== 'quiet')) return ''
  return [...Map.groupBy(newest, reasonOf)].map(([reason, alike]) => restText(reason, alike)).join('')
}

function restText(reason: string, alike: Case['sources']): string {
  const names = listed(alike.map(({ source }) => source))
  return `; ${names} ${alike.length === 1 ? 'is' : 'are'} quiet${reason} on ${alike[0]!.day}`
}

const reasonOf = ({ reason }: Case['sources'][number]): string => (reason ? ` (${reasonText(reason)})` : '')

/** By what they were, where that alone decides. */
function stateVerdict(open: Case): Verdict | null {
  const { state, consents, due, now, subject } = open
  const last = (event: string) =>
    consents.findLast((one) => one.event === event && one.at <= (due?.dueAt ?? now))?.at
  const since = (at: Date | undefined) => (at ? ` since ${utcText(at)}` : '')
  switch (state) {
    case 'none':
      return notThere(open)
    case 'pending':
      return notConfirmed(open)
    case 'unsubscribed':
      return says('unsubscribed', `Nothing was due: they had unsubscribed${since(last('unsubscribed'))}.`)
    case 'suppressed':
      return says(
        'suppressed',
        `Nothing was due: the address was suppressed${since(last('suppressed'))}${suppressedBy(open)}.`,
      )
    case 'erased':
      return says('erased', `Nothing was due: they were erased at ${utcText(subject.erasedAt ?? now)}.`)
    default:
      return null
  }
}

/** " (dead, by the report that came at … for digest …)" */
function suppressedBy({ suppression, returns }: Case): string {
  if (!suppression) return ''
  const { reason, at } = suppression
  const report = returns.find((one) => one.done === 'suppressed' && one.at.getTime() === at.getTime())
  return report ? ` (${reason}, by ${reportText(report)})` : ` (${reason})`
}

const reportText = ({ at, kind, messageId }: ListedReturn): string =>
  `the report that came at ${utcText(at)}${messageId ? ` for ${kind ?? 'mail'} ${messageId}` : ''}`

function notThere({ subject: { importedAt }, consents, date, due, standing }: Case): Verdict {
  const at = importedAt ?? consents[0]?.at
  const how = importedAt ? ' here by an import' : ''
  const hour = due ? `, after that date’s hour (${hourText(due.dueAt, standing.zone, date)})` : ''
  const came = at
    ? `: they came${how} at ${utcText(at)}${localDayOf(at, standing.zone) === date ? hour : ''}`
    : ''
  return says(
    'not-subscribed',
    `Nothing was due: they were not subscribed${came}${firstDue(standing.startDate, date)}.`,
  )
}

const firstDue = (first: Day | null | undefined, date: Day): string =>
  first && first > date ? `; the first date that counts is ${dayText(first)}` : ''

function notConfirmed(open: Case): Verdict {
  const { subject, consents, due, standing, date } = open
  const asked = consents.find(({ event }) => event === 'asked')
  const confirmed = consents.find(({ event, at }) => event === 'confirmed' && (!due || at > due.dueAt))
  if (!confirmed) return asked ? askedInVain(asked, open) : neverAsked(subject)
  const hour = due ? `, after that date’s hour (${hourText(due.dueAt, standing.zone, date)})` : ''
  const next = firstDue(standing.startDate, date)
  return says(
    'confirmed-later',
    `Nothing was due yet: they confirmed at ${utcText(confirmed.at)}${hour}${next}.`,
  )
}

function askedInVain({ how, at }: Consent, { returns }: Case): Verdict {
  const asked = how === 'import' ? 'they were imported and asked' : 'they asked'
  const failure = newestFailure(returns)
  if (failure)
    return says(
      'confirmation-came-back',
      `Nothing was due: ${asked} at ${utcText(at)}, and the email was returned: ${classText(failure)}.`,
    )
  return says(
    'not-confirmed',
    `Nothing was due: ${asked} at ${utcText(at)} and never pressed the button in the confirmation.`,
  )
}

function neverAsked({ importedAt }: Subject): Verdict {
  const came = importedAt
    ? `they were imported at ${utcText(importedAt)} and have not been asked to confirm yet (subscribers import --ask)`
    : 'there is no record that they confirmed or were asked to'
  return says('never-asked', `Nothing was due: ${came}.`)
}

/** By the schedule, for whoever was active or paused and has no digest of the date. */
function dueVerdict(open: Case): Verdict {
  const { date, due, now, standing, passedOver, keepDays } = open
  const { zone, days, startDate } = standing
  if (!due) {
    if (!dayExists(date, zone))
      return says('no-such-day', `Nothing was due: ${zone} never had ${dayText(date)}.`)
    if (passedOver && days.includes(weekdayOf(date)))
      return says(
        'rescheduled',
        'Nothing was due: a change of their hour, days or zone skipped that date’s hour.',
      )
    return says(
      'not-their-day',
      `Nothing is due on a ${weekdayName(date)}: their days are ${weekdays(days)}.`,
    )
  }
  const at = hourText(due.dueAt, zone, date)
  if (due.dueAt > now && open.state === 'paused')
    return says('paused', `No email will be sent: they are paused${pauseEnd(open)}.`)
  if (due.dueAt > now)
    return says('not-due-yet', `Not due yet: it is sent at ${at}, ${until(due.dueAt, now)}.`)
  if (date < addDays(localDayOf(now, zone), -keepDays))
    return says('not-kept', `No data for that date: digests are kept for ${keepDays} days (KEEP_DAYS).`)
  if (startDate && startDate > date)
    return says(
      'before-first',
      `Nothing was due: the first date that counts for them is ${dayText(startDate)}.`,
    )
  return notPlanned(open, at)
}

function notPlanned(open: Case, at: string): Verdict {
  const restored = open.pauses.find(({ to, restored }) => !to && restored)
  if (restored)
    return says(
      'restored',
      `Nothing is planned because the database was ${restored.reason} (${utcText(restored.from)}): see delivery status.`,
    )
  if (open.awaited.length > 0)
    return says(
      'waits',
      `Due since ${at}: waiting for ${listed(open.awaited.map(sourceTitle))}, until ${utcText(waitsUntil(open.due!.dueAt))} at the latest.`,
    )
  return says(
    'not-planned',
    `Due since ${at}, but not planned: ${planning(open)}. Check that the service is running.`,
  )
}

const weekdayName = (date: Day): string => weekdays([weekdayOf(date)])
