import type { ServiceDeps } from '../core/deps.ts'
import { errorText } from '../core/errors.ts'

/** Lets the workers know of an answer that was left. Never throws: what was done stands, and the next tick nudges too. */
export const nudgeTransactional = ({ queue, log }: ServiceDeps): Promise<void> =>
  queue.nudge('drain-answers').catch((error) => log.error('queue.error', { what: errorText(error) }))
