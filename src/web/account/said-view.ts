import { UNDOING } from '../../account/manage.ts'
import type { Holder } from '../../account/open-managed.ts'
import { dateSeenOn, hourOfDay, moment } from '../../i18n/dates.ts'
import { fill, words } from '../../i18n/words.ts'
import type { Standing } from '../../subscribers/change.ts'
import { changeLines } from './change-lines.ts'

/** A change, said back. */
export interface SaidView {
  heading: string
  lines: string[]
  /** When the next mail comes now; empty where that did not change. */
  next: string
  /** The change that a button undoes; null where there is nothing to undo. */
  undo: number | null
}

export const NOTHING_CHANGED: SaidView = {
  heading: words.manage.said.nothing,
  lines: [],
  next: '',
  undo: null,
}

export function saidView(holder: Holder): SaidView | null {
  const { change, today } = holder
  if (!change) return null
  return {
    heading: saidHeading(change, holder.subscriber.zone),
    lines: changeLines(change.before, change.after, today),
    next: change.isNewest && isRescheduled(change) ? nextAfter(holder) : '',
    undo: change.canBeUndone ? change.id : null,
  }
}

function saidHeading({ isNewest, how, at }: NonNullable<Holder['change']>, zone: string): string {
  const { said } = words.manage
  if (!isNewest) return fill(said.earlier, { at: moment(at.toISOString(), zone) })
  return how === UNDOING ? said.undone : said.saved
}

function nextAfter({ subscriber, next, today }: Holder): string {
  const { said } = words.manage
  if (!next) return ''
  const when = { when: nextText(next, today), hour: hourOfDay(subscriber.hour) }
  return next.now ? said.nextNow : fill(said.next, when)
}

const isRescheduled = ({ before, after }: NonNullable<Holder['change']>): boolean =>
  scheduleKey(before) !== scheduleKey(after)

const scheduleKey = ({ zone, hour, days, state, pausedUntil }: Standing): string =>
  [zone, hour, days, state, pausedUntil].join()

/** "soon", "today", "Friday, 4 December" */
export function nextText({ localDate, now }: NonNullable<Holder['next']>, today: string): string {
  const { when } = words.manage
  if (now) return when.now
  return localDate === today ? when.today : dateSeenOn(today, localDate)
}
