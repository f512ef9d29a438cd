import { words } from '../i18n/words.ts'

/** What a row of table consent can say. Every change of a subscriber's state leaves one. */
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
 * What a person reads before they press the button. Change a word and raise the number: rows of table consent say
 * which words were shown.
 */
export const CONSENT_WORDING = {
  version: 'site 4',
  /** Beside the button of the form. */
  asking: words.consent.asking,
  /** Above the button of the confirmation page. */
  confirming: words.consent.confirming,
  /** The same, for somebody who subscribes already. */
  adding: words.consent.adding,
} as const

/** In the wording column where no page was shown. */
export const NO_PAGE = 'none'
