import type { ServiceDeps } from '../core/deps.ts'
import { errorText } from '../core/errors.ts'

/** Nudges the workers after a transactional message. Never throws: it is stored, and the next tick nudges too. */
export const nudgeTransactional = ({ queue, log }: ServiceDeps): Promise<void> =>
  queue.nudge('drain-answers').catch((error) => log.error('queue.error', { what: errorText(error) }))
