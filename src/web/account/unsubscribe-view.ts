import type { FewerMails } from '../../account/fewer-choice.ts'
import type { FewerNow } from '../../account/fewer-mails.ts'
import type { Undo } from '../../account/resubscribe.ts'
import { localDayOf } from '../../core/dates.ts'
import { longDate, weekdays } from '../../i18n/dates.ts'
import { fill, words } from '../../i18n/words.ts'
import { firstMailText } from '../signup/wish-view.ts'

/** A button beside the one that ends it. */
export interface LessView {
  choice: FewerMails
  /** Below /unsubscribe/:token/ */
  action: 'pause' | 'fewer'
  text: string
}

/** The page behind a link that undoes an unsubscribe. */
export interface UndoView {
  token: string
  ended: boolean
  /** Until when it can be undone. */
  until: string
  nextMail: string | null
  /** Of somebody who was paused, and is so again; null: for no set time. */
  pausedUntil: string | null
}

/** What holds after one of the smaller buttons, or after its undo. */
export interface ChangedView {
  token: string
  is: FewerMails | 'undone'
  /** The date until which digests are paused. */
  until: string
  days: string
  most: number
  nextMail: string | null
  /** The change to undo; null where there is none any more. */
  undo: number | null
}

export const lessViews = (offered: readonly FewerMails[], most: number): LessView[] => {
  const texts: Record<FewerMails, string> = {
    pause: words.unsubscribe.pause,
    weekly: words.unsubscribe.weekly,
    short: fill(words.unsubscribe.short, { most }),
  }
  return offered.map((choice) => ({
    choice,
    action: choice === 'pause' ? 'pause' : 'fewer',
    text: texts[choice],
  }))
}

export const undoView = (token: string, { subscriber, next, ends }: Undo): UndoView => ({
  token,
  ended: subscriber.state === 'unsubscribed',
  until: longDate(localDayOf(ends, subscriber.zone)),
  nextMail: next ? firstMailText(next, subscriber) : null,
  pausedUntil: subscriber.pausedUntil && longDate(subscriber.pausedUntil),
})

export const changedView = (token: string, { is, subscriber, next, undo }: FewerNow): ChangedView => ({
  token,
  is,
  until: subscriber.pausedUntil ? longDate(subscriber.pausedUntil) : '',
  days: weekdays(subscriber.days),
  most: subscriber.maxPapers,
  nextMail: next ? firstMailText(next, subscriber) : null,
  undo,
})
