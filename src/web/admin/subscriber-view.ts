import {
  type FateWithReturn,
  type ReceiptWithReturns,
  receiptsWithReturns,
  showSubscriber,
} from '../../account/show-subscriber.ts'
import { classText } from '../../bounces/bounce-text.ts'
import { actionsForSubscriber } from '../../core/action.repo.ts'
import { addDays, type Day, localDayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { dateAndTime } from '../../i18n/dates.ts'
import { counted, words } from '../../i18n/words.ts'
import type { Receipt } from '../../mail/outbox/receipt.repo.ts'
import { explainSubscriber } from '../../operator/explain-subscriber.ts'
import { messageReasonText } from '../../operator/message-timeline.ts'
import { ADMIN_OPERATIONS } from '../../operator/operations/subscriber-changes.ts'
import { stateName } from '../../operator/retry-message.ts'
import { tombstoneOf } from '../../subscribers/erasure.repo.ts'
import { operationForm } from './operation-forms.ts'

const RECEIPT_DAYS = 30

/** Everything about one subscriber that the operator may look for. Throws subscriber.unknown. */
export async function subscriberView(deps: Deps, { id, date }: { id: string; date?: Day }) {
  const { subscriber, topics, suppression, consents, next } = await showSubscriber(deps, { id })
  const { zone } = subscriber
  const today = localDayOf(deps.clock.now(), zone)
  const explained = await explainSubscriber(deps, { id, date })
  const receipts = await receiptsWithReturns(deps, subscriber, addDays(today, -RECEIPT_DAYS))
  return {
    subscriber,
    operations: ADMIN_OPERATIONS.filter(
      ({ admin }) => admin!.when?.({ subscriber, suppression }) ?? true,
    ).map(operationForm),
    suppression,
    consents,
    ...{ next, topics, explained, today },
    receipts: receipts.map((receipt) => ({ ...receipt, text: receiptLine(receipt, zone) })),
    actions: await actionsForSubscriber(deps.db, id),
  }
}

const OUTCOMES: Record<Receipt['outcome'], string> = {
  due: 'being prepared now',
  planned: 'a digest',
  nothing_matched: 'nothing matched',
  paused: 'paused',
  missed: 'missed',
  rescheduled: 'no email: the hour had already passed when they chose it',
  welcome: 'welcome email',
}

/** "a digest, 3 papers: accepted 24 Nov 2026, 08:00" */
function receiptLine({ outcome, papers, mail, note }: ReceiptWithReturns, zone: string): string {
  const what = [OUTCOMES[outcome], papers > 0 && counted(papers, words.counts.paper)].filter(Boolean)
  const fates = [mail, note].flatMap((fate) => (fate ? [emailOutcomeText(fate, zone)] : []))
  return [what.join(', '), ...fates].join(': ')
}

function emailOutcomeText({ state, reason, acceptedAt, cameBack }: FateWithReturn, zone: string): string {
  const back = cameBack ? `, returned: ${classText(cameBack)}` : ''
  if (acceptedAt) return `accepted ${dateAndTime(acceptedAt.toISOString(), zone)}${back}`
  if (cameBack) return `${stateName(state)}${back}`
  return `${stateName(state)}${reason ? ` (${messageReasonText(reason)})` : ''}`
}

/** The tombstone of an erased subscriber and the actions on it; null if there is no tombstone. */
export async function erasedView({ db }: Deps, id: string) {
  const tombstone = await tombstoneOf(db, id)
  return tombstone && { id, actions: await actionsForSubscriber(db, id) }
}
