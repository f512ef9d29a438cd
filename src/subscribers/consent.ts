import { words } from '../i18n/words.ts'

/** The events of table consent. Every change of a subscriber's state adds one. */
export type ConsentEvent =
  | 'asked'
  | 'confirmed'
  | 'topics-added'
  | 'topics-removed'
  | 'changed'
  | 'paused'
  | 'resumed'
  | 'unsubscribed'
  | 'resubscribed'
  | 'suppressed'
  | 'unsuppressed'
  | 'moved'
  | 'erased'

/**
 * The text that a person reads before they press the button. If you change it, raise the number: rows of table consent
 * record which version was shown.
 */
export const CONSENT_WORDING = {
  version: 'site 7',
  asking: words.consent.asking,
  /** Above the button of the confirmation page. */
  confirming: words.consent.confirming,
  /** Above the button, for a person who already subscribes. */
  adding: words.consent.adding,
} as const

/** Value of the wording column if no page was shown. */
export const NO_PAGE = 'none'

/** The version of the text that was shown, for a value of `how`: "page", "page, undo", "operator". */
export const wordingOf = (how: string): string => (/\bpage\b/.test(how) ? CONSENT_WORDING.version : NO_PAGE)
