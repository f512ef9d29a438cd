import { cliCommand } from '../../core/cli-command.ts'
import { isHoldSwitch } from '../../core/restored-database.ts'
import { REFUSALS } from '../../mail/sending/server-watch.ts'
import { COMPLAINTS } from '../../subscribers/suppress-subscriber.ts'
import { AT_ONCE, type Condition, findingSince, timeSeenFrom } from './condition.ts'
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
  fix: ({ values }) => {
    const fix = `See what would end and what would continue: ${cliCommand('delivery resume --dry-run')}`
    return values.what === 'promoted'
      ? `${fix}. If the standby had received everything, nothing ends: ${cliCommand('delivery resume --moved')}`
      : fix
  },
  path: () => DELIVERY,
  notice: () => 'paused',
  alertAfterMs: AT_ONCE,
}

const complaints: Condition = {
  name: 'complaints',
  state: 'wrong',
  check: ({ incidents }) => incidents.filter(({ name }) => name === COMPLAINTS).map(findingOf),
  sentence: ({ since, values }, { now }) =>
    `Delivery has been paused since ${timeSeenFrom(now, since)}: ${values.detail}.`,
  fix: () => `Find out what people complain about, then: ${cliCommand('delivery resume')}`,
  path: () => '/admin/bounces',
  notice: () => 'stopped',
  alertAfterMs: AT_ONCE,
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
