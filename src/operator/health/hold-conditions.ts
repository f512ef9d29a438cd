import { cliCommand } from '../../core/cli-command.ts'
import { isHoldSwitch } from '../../core/restored-database.ts'
import { REFUSALS } from '../../mail/sending/lane-incident.ts'
import { COMPLAINTS } from '../../subscribers/suppress-subscriber.ts'
import type { AlertValues } from '../alerts/alert.repo.ts'
import {
  type AlertText,
  alertTime,
  type Condition,
  findingSince,
  RESUME_COMMAND,
  STATUS_COMMAND,
  timeSeenFrom,
} from './condition.ts'
import type { HealthFacts } from './facts.ts'
import { deliveryIncidents, findingOf, withWaiting } from './mail-conditions.ts'

const DELIVERY = '#delivery'

const HELD_BECAUSE: Record<string, string> = {
  restored: 'this database was restored from a backup',
  promoted: 'a standby of the database was promoted',
}

const held: Condition = {
  name: 'delivery-held',
  state: 'wrong',
  check: ({ paused }) =>
    paused && isHoldSwitch(paused)
      ? [findingSince('restored', paused.at, { subject: 'bulk', what: paused.reason, detail: null })]
      : [],
  sentence: ({ since, values }, { now }) =>
    `Nothing has been planned or sent since ${timeSeenFrom(now, since)}: ${HELD_BECAUSE[String(values.what)] ?? values.what}.`,
  fix: () => `See what would end and what would continue: ${cliCommand('delivery resume --dry-run')}`,
  path: () => DELIVERY,
  notice: () => 'paused',
  alert: {
    kind: 'run-stopped',
    what: ['restored', 'promoted'],
    text: (values) => (values.what === 'promoted' ? promotedText(values) : restoredText(values)),
  },
}

const restoredText = ({ since }: AlertValues): AlertText => ({
  subject: 'this database was restored, delivery waits for you',
  facts: [`Since ${alertTime(since)}: this database was restored from a backup. Delivery is paused.`],
  impact:
    'Nothing is planned or sent until you resume delivery, because this database has no record of what was sent after the backup.',
  nextSteps: [['delivery resume --dry-run', 'what would end and what would continue'], STATUS_COMMAND],
})

const promotedText = ({ since }: AlertValues): AlertText => ({
  subject: 'a standby of the database was promoted, delivery waits for you',
  facts: [
    `Since ${alertTime(since)}: the database server is on a new timeline, so a standby was promoted or the server was restored to an earlier moment. Delivery is paused.`,
  ],
  impact:
    'Nothing is planned or sent until you resume it. Emails that were sent just before are not recorded here if the standby had not received that yet, and would be sent twice.',
  nextSteps: [
    ['delivery resume --dry-run', 'what ends if the standby may lack something'],
    ['delivery resume --moved', 'if it had received everything: nothing ends'],
    STATUS_COMMAND,
  ],
})

const complaints: Condition = {
  name: 'complaints',
  state: 'wrong',
  check: ({ incidents }) => incidents.filter(({ name }) => name === COMPLAINTS).map(findingOf),
  sentence: ({ since, values }, { now }) =>
    `Delivery has been paused since ${timeSeenFrom(now, since)}: ${values.detail}.`,
  fix: () => `Find out what people complain about, then: ${cliCommand('delivery resume')}`,
  path: () => '/admin/returns',
  notice: () => 'stopped',
  alert: {
    kind: 'run-stopped',
    what: ['complaints'],
    text: ({ detail: figures, since }) => ({
      subject: 'delivery stopped, too many complaints',
      facts: [
        `Since ${alertTime(since)}: ${figures}.`,
        'Gmail and Yahoo refuse senders with more than 0.3 %. Delivery is paused.',
      ],
      impact:
        'No emails are sent until you resume delivery. Addresses that complained are suppressed. Digests not sent within 20 hours of their hour are skipped; the next ones include their papers.',
      nextSteps: [['doctor --dns', 'whether DNS authorizes your emails'], STATUS_COMMAND, RESUME_COMMAND],
    }),
  },
}

/** A pause whose cause has a condition of its own is not named twice. */
const hasOwnCondition = (facts: HealthFacts): boolean =>
  isHoldSwitch(facts.paused) ||
  deliveryIncidents(facts, REFUSALS).length > 0 ||
  facts.incidents.some(({ name }) => name === COMPLAINTS)

const paused: Condition = {
  name: 'delivery-paused',
  state: 'warning',
  check: (facts) =>
    facts.paused && !hasOwnCondition(facts)
      ? [findingSince('paused', facts.paused.at, { reason: facts.paused.reason })]
      : [],
  sentence: ({ since, values }, facts) =>
    withWaiting(
      facts,
      `Delivery has been paused since ${timeSeenFrom(facts.now, since)} (${values.reason}).`,
    ),
  fix: () => `Once the cause is fixed: ${cliCommand('delivery resume')}`,
  path: () => DELIVERY,
  notice: () => 'paused',
}

const off: Condition = {
  name: 'delivery-off',
  state: 'warning',
  check: ({ config, now }) => (config.SENDING === 'off' ? [{ key: 'off', since: now, values: {} }] : []),
  sentence: (_, facts) => withWaiting(facts, 'Delivery is off (SENDING=off).'),
  fix: () => 'Set SENDING=on.',
  path: () => DELIVERY,
  notice: () => 'off',
}

/** What keeps all email back until the operator acts. */
export const HOLD_CONDITIONS: readonly Condition[] = [held, complaints, paused, off]
