import type { ServiceDeps } from '../core/deps.ts'
import { errorText } from '../core/errors.ts'

/** Tells the workers that an answer was enqueued. Never throws: the message is stored, and the next tick nudges too. */
export const nudgeTransactional = ({ queue, log }: ServiceDeps): Promise<void> =>
  queue.nudge('drain-answers').catch((error) => log.error('queue.error', { what: errorText(error) }))
