import { cliCommand } from '../../core/cli-command.ts'
import type { Incident } from '../../core/incident.repo.ts'
import type { Lane } from '../../mail/message.ts'
import { UNANSWERED_INCIDENT } from '../../mail/sending/missing-replies.repo.ts'
import { DELIVERY_INCIDENT, LOGIN_CAUSES, REFUSALS } from '../../mail/sending/server-watch.ts'
import { countQueued } from '../delivery-switch.ts'
import { quantity } from '../operations/text-table.ts'
import {
  AT_ONCE,
  type Condition,
  type Finding,
  findingSince,
  RECOVERY_MS,
  timeSeenFrom,
} from './condition.ts'
import type { HealthFacts } from './facts.ts'

const DEFERRED = '/admin/messages?state=deferred'

/** Incidents of either lane. */
export const deliveryIncidents = ({ incidents }: HealthFacts, whats: readonly string[]): Incident[] =>
  incidents.filter(({ name, what }) => name.startsWith(DELIVERY_INCIDENT) && whats.includes(what))

export const findingOf = ({ name, what, detail, since }: Incident): Finding => {
  const [area = '', subject = ''] = name.split(' ')
  return findingSince(subject || area, since, { subject, what, detail })
}

/** Both lanes use one server: of each cause, the incident of the lane that had it first. */
const serverFindings = (facts: HealthFacts, whats: readonly string[]): Finding[] =>
  whats.flatMap((what) => {
    const [first] = deliveryIncidents(facts, [what]).sort((a, b) => a.since.getTime() - b.since.getTime())
    return first ? [findingOf(first)] : []
  })

/** "5 emails are waiting: …", "… No email is waiting."; with `lane`, counts only its emails. */
export function withWaiting({ lanes }: HealthFacts, sentence: string, lane?: Lane): string {
  if (!lanes) return sentence
  const count = countQueued({ lanes: lane ? { [lane]: lanes[lane] } : lanes })
  if (count === 0) return `${sentence} No email is waiting.`
  const waiting = `${quantity(count, 'email')} ${count === 1 ? 'is' : 'are'} waiting`
  return `${waiting}: ${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1)}`
}

/** " The next try is at 17:10 UTC."; empty if nothing waits. */
function nextTryText({ lanes, now }: HealthFacts): string {
  const tries = Object.values(lanes ?? {}).flatMap(({ nextTry }) => nextTry ?? [])
  const first = tries.sort((a, b) => a.getTime() - b.getTime())[0]
  if (!first) return ''
  return first <= now
    ? ' The next try is within a minute.'
    : ` The next try is at ${timeSeenFrom(now, first)}.`
}

const silentServer: Condition = {
  name: 'mail-server-silent',
  state: 'wrong',
  check: (facts) => serverFindings(facts, ['unreachable']),
  sentence: ({ since }, facts) =>
    withWaiting(facts, `The mail server has not answered since ${timeSeenFrom(facts.now, since)}.`) +
    nextTryText(facts),
  fix: () =>
    `Start the mail server or correct SMTP_URL, then: ${cliCommand('mail test ADDRESS')}. What waits is sent by itself.`,
  path: () => DEFERRED,
  notice: () => 'mailServer',
  alertAfterMs: RECOVERY_MS,
}

const refusingServer: Condition = {
  name: 'mail-server-refuses',
  state: 'wrong',
  check: (facts) => serverFindings(facts, LOGIN_CAUSES),
  sentence: ({ since, values }, facts) => {
    const at = timeSeenFrom(facts.now, since)
    return withWaiting(
      facts,
      values.what === 'tls-refused'
        ? `The mail server has offered no encrypted connection since ${at}.`
        : `The mail server has refused the login since ${at}.`,
    )
  },
  fix: () => `Correct SMTP_USER, SMTP_PASSWORD or tls= in SMTP_URL, then: ${cliCommand('mail test ADDRESS')}`,
  path: () => DEFERRED,
  notice: () => 'mailServer',
  alertAfterMs: AT_ONCE,
}

const EMAILS_OF: Record<string, string> = {
  transactional: 'confirmations and account links',
  bulk: 'digests',
}

const unanswered: Condition = {
  name: 'emails-unanswered',
  state: 'wrong',
  check: ({ incidents }) =>
    incidents.filter(({ name }) => name.startsWith(UNANSWERED_INCIDENT)).map(findingOf),
  sentence: ({ since, values: { subject } }, facts) =>
    withWaiting(
      facts,
      `The mail server has taken ${EMAILS_OF[String(subject)]} without a reply since ${timeSeenFrom(facts.now, since)}, so one email a minute is tried.`,
      subject as Lane,
    ),
  fix: () =>
    'Check what the mail server does with an email before it replies (filters, a full disk). The pause ends with the next email that gets a reply.',
  path: () => '/admin/messages?state=uncertain',
  notice: () => 'mailServer',
  alertAfterMs: AT_ONCE,
}

const refusals: Condition = {
  name: 'emails-refused',
  state: 'wrong',
  check: (facts) => deliveryIncidents(facts, REFUSALS).map(findingOf),
  sentence: ({ since, values }, { now, paused }) => {
    const why = values.what === 'refused-alike' ? 'ten emails in a row' : 'too many of the last emails'
    const pause = paused ? ' and is paused' : ''
    return `Delivery stopped at ${timeSeenFrom(now, since)}${pause}: the mail server refused ${why}.`
  },
  fix: () =>
    `Read the reply: ${cliCommand('delivery status')}. Once it is fixed: ${cliCommand('delivery resume')}`,
  path: () => '/admin/messages?state=refused',
  notice: () => 'stopped',
  alertAfterMs: AT_ONCE,
}

export const HELD_DOMAIN = 'domain-held'

const heldDomain: Condition = {
  name: HELD_DOMAIN,
  state: 'warning',
  check: ({ incidents }) => incidents.filter(({ name }) => name.startsWith('domain ')).map(findingOf),
  sentence: ({ since, values }, { now }) =>
    `Email to ${values.subject} has been on hold since ${timeSeenFrom(now, since)}: it refused ${values.detail}`,
  fix: () =>
    `Find out what the reply means: ${cliCommand('bounces try FILE')}. The hold ends after an hour by itself.`,
  path: () => '#delivery',
  notice: () => 'domains',
  alertAfterMs: AT_ONCE,
}

export const MAIL_CONDITIONS: readonly Condition[] = [
  silentServer,
  refusingServer,
  unanswered,
  refusals,
  heldDomain,
]
