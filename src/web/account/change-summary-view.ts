import { UNDO_HOW } from '../../account/change-by-link.ts'
import type { LinkHolder } from '../../account/open-manage-page.ts'
import { dateAndTime, dateRelativeTo, hourOfDay } from '../../i18n/dates.ts'
import { fill, words } from '../../i18n/words.ts'
import type { Subscription } from '../../subscribers/change.ts'
import { changeLines } from './change-lines.ts'

/** A confirmation of a change. */
export interface ChangeSummaryView {
  heading: string
  lines: string[]
  /** When the next email is sent now; empty if that did not change. */
  next: string
  /** The id of the change that a button undoes; null if there is nothing to undo. */
  undo: number | null
}

export const NO_CHANGE_SUMMARY: ChangeSummaryView = {
  heading: words.manage.said.nothing,
  lines: [],
  next: '',
  undo: null,
}

export function changeSummaryView(holder: LinkHolder): ChangeSummaryView | null {
  const { change, today } = holder
  if (!change) return null
  return {
    heading: saidHeading(change, holder.subscriber.zone),
    lines: changeLines(change.before, change.after, today),
    next: change.isNewest && isRescheduled(change) ? nextAfter(holder) : '',
    undo: change.canBeUndone ? change.id : null,
  }
}

function saidHeading({ isNewest, how, at }: NonNullable<LinkHolder['change']>, zone: string): string {
  const { said } = words.manage
  if (!isNewest) return fill(said.earlier, { at: dateAndTime(at.toISOString(), zone) })
  return how === UNDO_HOW ? said.undone : said.saved
}

function nextAfter({ subscriber, next, today }: LinkHolder): string {
  const { said } = words.manage
  if (!next) return ''
  const when = { when: nextEmailText(next, today), hour: hourOfDay(subscriber.hour) }
  return next.now ? said.nextNow : fill(said.next, when)
}

const isRescheduled = ({ before, after }: NonNullable<LinkHolder['change']>): boolean =>
  scheduleKey(before) !== scheduleKey(after)

const scheduleKey = ({ zone, hour, days, state, pausedUntil }: Subscription): string =>
  [zone, hour, days, state, pausedUntil].join()

/** "soon", "today", "Friday, 4 December" */
export function nextEmailText({ localDate, now }: NonNullable<LinkHolder['next']>, today: string): string {
  const { when } = words.manage
  if (now) return when.now
  return localDate === today ? when.today : dateRelativeTo(today, localDate)
}
