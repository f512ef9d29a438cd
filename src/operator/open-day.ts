import { z } from 'zod'
import { dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import type { DayTotals } from '../digests/reconciliation.repo.ts'
import { shortDate } from '../i18n/dates.ts'
import { counted, fill, words } from '../i18n/words.ts'
import { openStatesOf } from '../mail/outbox/message-list.repo.ts'
import { deliverySwitch } from './delivery-switch.ts'
import { count } from './operations/fields.ts'

const w = words.admin.openDay

const REASONS = [
  'none-due',
  'unplanned',
  'held',
  'ready',
  'sending',
  'deferred',
  'uncertain',
  'closing',
] as const

export const openReason = z
  .object({
    reason: z
      .enum(REASONS)
      .describe(
        'none-due: nothing was due on the date so far; unplanned: digests whose papers are not chosen yet; held: delivery is paused or off; ready, sending, deferred, uncertain: states of emails; closing: everything is final, and the date closes within a minute',
      ),
    emails: count.describe('How many emails or digests; 0 if the reason concerns the whole date'),
    sentence: z.string(),
  })
  .meta({ id: 'OpenReason' })

/** Why a date is not complete. */
export type OpenReason = z.infer<typeof openReason>

/** Why the date of these totals is not complete; empty if it is. */
export async function openReasons(deps: Deps, totals: DayTotals): Promise<OpenReason[]> {
  if (totals.closed) return []
  if (totals.due === 0) return [{ reason: 'none-due', emails: 0, sentence: w.noneDue }]
  const { nothingMatched, paused, missed, planned, due, open } = totals
  const unplanned = due - nothingMatched - paused - missed - planned
  const reasons: OpenReason[] = []
  if (unplanned > 0)
    reasons.push({
      reason: 'unplanned',
      emails: unplanned,
      sentence: fill(w.unplanned, { digests: counted(unplanned, w.digest) }),
    })
  if (open > 0) reasons.push(...(await reasonsOfEmails(deps, totals)))
  if (reasons.length === 0)
    reasons.push({
      reason: 'closing',
      emails: 0,
      sentence: w.closing,
    })
  return reasons
}

async function reasonsOfEmails(deps: Deps, { date, open }: DayTotals): Promise<OpenReason[]> {
  const { delivery, reason } = await deliverySwitch(deps)
  const sentence = delivery === 'paused' ? fill(w.paused, { reason: String(reason) }) : w.off
  const held: OpenReason[] = delivery === 'on' ? [] : [{ reason: 'held', emails: open, sentence }]
  const now = deps.clock.now()
  const states = await openStatesOf(deps.db, date)
  const known = states.reduce((sum, { state, emails }) => sum + (state === 'uncertain' ? 0 : emails), 0)
  const ofStates = states.map(({ state, emails, nextTry }): OpenReason => {
    // Those without a further try are final.
    const number = state === 'uncertain' ? open - known : emails
    const reason = state === 'taken' ? 'sending' : state
    return {
      reason,
      emails: number,
      sentence: fill(w.states[reason], { emails: counted(number, w.email), at: tryText(nextTry, now) }),
    }
  })
  return [...held, ...ofStates.filter(({ emails }) => emails > 0)]
}

function tryText(at: Date | null, now: Date): string {
  if (!at || at <= now) return w.tries.soon
  const time = `${at.toISOString().slice(11, 16)} UTC`
  return dayOf(at) === dayOf(now)
    ? fill(w.tries.today, { time })
    : fill(w.tries.later, { date: shortDate(dayOf(at)), time })
}
