import type { FewerEmailsState } from '../../account/fewer-emails.ts'
import type { OpenedResubscribe } from '../../account/resubscribe.ts'
import type { FewerEmailsOption } from '../../account/unsubscribe.ts'
import { localDayOf } from '../../core/dates.ts'
import { longDate, weekdaysText } from '../../i18n/dates.ts'
import { fill, words } from '../../i18n/words.ts'
import { firstEmailText } from './change-summary-view.ts'

/** A button next to Unsubscribe that means fewer emails. */
export interface FewerOptionView {
  choice: FewerEmailsOption
  /** The last part of /unsubscribe/:token/… */
  action: 'pause' | 'fewer'
  text: string
}

/** The page behind a link that undoes an unsubscribe. */
export interface UndoView {
  token: string
  ended: boolean
  /** The date until which it can be undone. */
  until: string
  nextMail: string | null
  /** When the pause of a subscriber ends who was paused before and is so again; null if it has no end. */
  pausedUntil: string | null
}

/** The state after one of the buttons for fewer emails, or after its undo. */
export interface FewerEmailsView {
  token: string
  is: FewerEmailsOption | 'undone'
  /** The date until which digests are paused. */
  until: string
  days: string
  most: number
  nextMail: string | null
  /** The id of the change to undo; null if it can no longer be undone. */
  undo: number | null
}

export const fewerOptionViews = (offered: readonly FewerEmailsOption[], most: number): FewerOptionView[] => {
  const texts: Record<FewerEmailsOption, string> = {
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

export const undoView = (token: string, { subscriber, next, ends }: OpenedResubscribe): UndoView => ({
  token,
  ended: subscriber.state === 'unsubscribed',
  until: longDate(localDayOf(ends, subscriber.zone)),
  nextMail: next ? firstEmailText(next, subscriber) : null,
  pausedUntil: subscriber.pausedUntil && longDate(subscriber.pausedUntil),
})

export const fewerEmailsView = (
  token: string,
  { is, subscriber, next, undo }: FewerEmailsState,
): FewerEmailsView => ({
  token,
  is,
  until: subscriber.pausedUntil ? longDate(subscriber.pausedUntil) : '',
  days: weekdaysText(subscriber.days),
  most: subscriber.maxPapers,
  nextMail: next ? firstEmailText(next, subscriber) : null,
  undo,
})
