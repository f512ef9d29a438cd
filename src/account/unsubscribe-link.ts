import type { Deps } from '../core/deps.ts'
import { undefinedIfFault } from '../core/errors.ts'
import { type Link, readLink } from '../subscribers/links.ts'
import type { Subscriber } from '../subscribers/subscriber.ts'

// For this long, pressing the button again offers an undo; later, an email may be in the hands of another person.
export const UNDO_WINDOW_MS = 3600 * 1000

/** The content of an unsubscribe link; null if it is not a link of this site. It is valid in every epoch. */
export const readUnsubscribeLink = ({ config, clock }: Deps, token: string): Link | null =>
  undefinedIfFault(() => readLink(token, 'unsubscribe', config.APP_SECRET, clock.now())) ?? null

/** Whether the link is from before a new address or subscription: its reader may be another person by now. */
export const isOutdated = ({ epoch }: Pick<Link, 'epoch'>, subscriber: Subscriber): boolean =>
  epoch !== subscriber.epoch
