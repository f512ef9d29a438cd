import { cliCommand } from '../../core/cli-command.ts'
import { addDays, type Day, dayOf, midnight } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { hasAcceptances } from '../../mail/outbox/acceptance.repo.ts'
import { rampUpQuota } from '../../mail/rate-limits/send-rate.ts'
import { countByState } from '../../subscribers/subscriber-lists.repo.ts'
import { countQueued, deliverySummary } from '../delivery-switch.ts'
import { quantity } from '../operations/text-table.ts'
import { type CheckResult, combineResults, ok, warning } from './check.ts'

export type SendingState = Awaited<ReturnType<typeof readSendingState>>

/** Includes the number of active subscribers, and whether an email of this service was ever accepted. */
export async function readSendingState(deps: Deps) {
  const { db, config, clock } = deps
  const states = await countByState(db)
  return {
    ...(await deliverySummary(deps)),
    sending: config.SENDING,
    rampUpSince: config.RAMP_UP_SINCE,
    active: states.find(({ state }) => state === 'active')?.count ?? 0,
    hasSent: await hasAcceptances(db),
    now: clock.now(),
  }
}

/** Whether email is being sent, and whether a new sending domain may send to all subscribers at once. */
export function checkSending(seen: SendingState): CheckResult {
  const { sending, delivery, reason, since } = seen
  const messages = countQueued(seen)
  const waits = messages > 0 ? `${quantity(messages, 'message')} queued` : 'nothing is queued'
  return combineResults(delivery === 'on' ? `on, ${waits}` : waits, [
    delivery === 'paused' &&
      warning(
        `paused since ${since?.toISOString()} (${reason})`,
        `${cliCommand('delivery resume')}, once the cause is fixed`,
      ),
    sending === 'off' && warning('SENDING=off: nothing is sent', 'SENDING=on'),
    seen.rampUpSince ? checkRampUp(seen, seen.rampUpSince) : checkFirstSending(seen),
  ])
}

const number = (value: number): string => value.toLocaleString('en')

function checkRampUp({ active, now }: SendingState, since: Day): CheckResult | undefined {
  const mailsOn = (at: Date) => rampUpQuota({ RAMP_UP_SINCE: since }, at)
  const mails = mailsOn(now)
  if (mails === undefined) return ok(`ramp-up since ${since} is over`)
  if (midnight(since) > now)
    return warning(
      `RAMP_UP_SINCE=${since} is in the future: until then ${number(mails)} digests a day (UTC)`,
      'Set the first day on which the domain sends, or RAMP_UP_SINCE= if it has sent as much before.',
    )
  const said = `ramp-up since ${since}: ${number(mails)} digests today (UTC)`
  if (mails >= active) return ok(`${said}, enough for all ${number(active)} active subscribers`)
  let enough = dayOf(now)
  while ((mailsOn(midnight(enough)) ?? active) < active) enough = addDays(enough, 1)
  return warning(
    `${said}, and ${number(active)} subscribers are active: digests above the limit wait up to 20 hours after their hour, then they are skipped and the next ones include their papers`,
    `Nothing to do: the limit is high enough from ${enough}. If the domain has sent as much before, set RAMP_UP_SINCE= to remove it.`,
  )
}

/** Mail servers distrust more than this from an unknown domain. */
const NEEDS_RAMP_UP_ABOVE = 1000

function checkFirstSending({ active, hasSent, now }: SendingState): CheckResult | undefined {
  if (hasSent || active <= NEEDS_RAMP_UP_ABOVE) return undefined
  return warning(
    `no email has been accepted from here yet, and ${number(active)} subscribers are active`,
    `If the domain of MAIL_FROM is new, set RAMP_UP_SINCE=${dayOf(now)}: ${number(NEEDS_RAMP_UP_ABOVE)} digests on the first day, doubling every day. If it has sent before, leave it unset.`,
  )
}
