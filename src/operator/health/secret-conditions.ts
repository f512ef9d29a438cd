import { UNKNOWN_LINKS_INCIDENT } from '../../account/unknown-links.ts'
import { MINUTE_MS } from '../../core/dates.ts'
import {
  alertTime,
  type Condition,
  DOCTOR_COMMAND,
  findingSince,
  STATUS_COMMAND,
  timeSeenFrom,
} from './condition.ts'
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
  alert: {
    kind: 'secrets-differ',
    text: ({ since, ...values }) => ({
      subject: 'the running processes have different secrets',
      facts: [`Since ${alertTime(since)}: ${missingSecretSentence(values)}.`, MISSING_SECRET_FIX],
      impact:
        'Links in emails of one process do not work if the other one receives the request. Unsubscribing fails there, and these people still get digests.',
      nextSteps: [DOCTOR_COMMAND, STATUS_COMMAND],
    }),
  },
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
  alert: {
    kind: 'unknown-links',
    text: ({ since }) => ({
      subject: 'unsubscribe links that no secret of this service signed',
      facts: [
        `Since ${alertTime(since)}, five or more requests to unsubscribe within an hour had links that no secret in APP_SECRET signed. Each got the status 404.`,
        `If you changed APP_SECRET without keeping the old value, ${ROTATE}.`,
        'If you did not, a stranger may be sending made-up links. Then no subscriber is affected, and there is nothing to do.',
      ],
      impact:
        'If the links are from your emails, the mail programs of these people report that unsubscribing failed, and they still get digests.',
      nextSteps: [DOCTOR_COMMAND, STATUS_COMMAND],
    }),
  },
}

/** Links in emails that a process cannot verify. */
export const SECRET_CONDITIONS: readonly Condition[] = [differingSecrets, unknownLinks]
