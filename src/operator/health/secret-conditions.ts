import { UNKNOWN_LINKS_INCIDENT } from '../../account/unknown-links.ts'
import { MINUTE_MS } from '../../core/dates.ts'
import { AT_ONCE, type Condition, findingSince, timeSeenFrom } from './condition.ts'
import { findMissingSecret, MISSING_SECRET_FIX, missingSecretSentence } from './missing-secret.ts'

const ROTATE =
  'put the new APP_SECRET first and the old one after a comma, for every process, and restart them'

/** Processes are restarted one after another, and one that ended without notice keeps its row for a while. */
const RESTARTED_WITHIN_MS = 5 * MINUTE_MS

const differingSecrets: Condition = {
  name: 'secrets-differ',
  state: 'wrong',
  check: ({ processes, now }) => {
    const missing = findMissingSecret(processes)
    if (!missing || now.getTime() - missing.since.getTime() < RESTARTED_WITHIN_MS) return []
    const { since, reader, signer } = missing
    return [findingSince('secrets', since, { reader, signer })]
  },
  sentence: ({ since, values }, { now }) =>
    `Since ${timeSeenFrom(now, since)}, ${missingSecretSentence(values)}.`,
  fix: () => MISSING_SECRET_FIX,
  path: () => '#alerts',
  notice: () => 'links',
  alertAfterMs: AT_ONCE,
}

const unknownLinks: Condition = {
  name: 'unknown-links',
  state: 'warning',
  check: ({ incidents }) =>
    incidents
      .filter(({ name }) => name === UNKNOWN_LINKS_INCIDENT)
      .map(({ name, since }) => findingSince(name, since, {})),
  sentence: ({ since }, { now }) =>
    `Since ${timeSeenFrom(now, since)}, five or more requests to unsubscribe within an hour had links that no secret in APP_SECRET signed.`,
  fix: () =>
    `If you changed APP_SECRET without keeping the old value, ${ROTATE}. If not, a stranger may be sending made-up links, and there is nothing to do.`,
  path: () => '#alerts',
  // Strangers must not be able to put a sentence on the public page.
  notice: () => null,
  alertAfterMs: AT_ONCE,
}

/** Links in emails that a process cannot verify. */
export const SECRET_CONDITIONS: readonly Condition[] = [differingSecrets, unknownLinks]
