import { expect, test } from 'vitest'
import type { FateWithReturn, ReceiptWithReturns } from '../../../../src/account/show-subscriber.ts'
import { receiptTexts } from '../../../../src/web/account/receipt-text.ts'

const texts = (receipt: ReceiptWithReturns) => Object.values(receiptTexts(receipt, 'Asia/Tokyo'))

const RECEIPT: ReceiptWithReturns = {
  localDate: '2026-11-24',
  outcome: 'planned',
  papers: 4,
  messageId: 'm1',
  mail: null,
  note: null,
  kept: true,
}

const READY: FateWithReturn = {
  id: 'm1',
  state: 'ready',
  reason: null,
  ended: false,
  acceptedAt: null,
  cameBack: null,
}

const NOTE = { ...RECEIPT, outcome: 'nothing_matched' } as const
const WELCOME = { ...RECEIPT, outcome: 'welcome' } as const
const at = (instant: string) => new Date(instant)

const back = (kind: NonNullable<FateWithReturn['cameBack']>['class'], done = 'nothing' as const) => ({
  state: 'accepted' as const,
  acceptedAt: at('2026-11-23T23:00:09Z'),
  cameBack: { class: kind, status: null, effect: done },
})

const cases: [Partial<FateWithReturn>, string][] = [
  [{ acceptedAt: at('2026-11-23T23:00:09Z'), state: 'accepted' }, 'delivered 08:00'],
  // An acceptance beats whatever state was written after it.
  [{ acceptedAt: at('2026-11-24T15:30:00Z'), state: 'uncertain' }, 'delivered 25 Nov 2026, 00:30'],
  [back('full'), 'delivered 08:00, then returned: it says your mailbox is full or disabled'],
  [back('dead'), 'delivered 08:00, then returned: it says the mailbox doesn’t exist'],
  [
    { ...back('dead'), cameBack: { class: 'dead', status: '5.1.1', effect: 'elsewhere' } },
    'delivered 08:00, then returned: a mailbox that yours forwards to didn’t accept it',
  ],
  [
    { ...back('ours'), state: 'uncertain', acceptedAt: null },
    'returned by your mail server: it says something is wrong on our side',
  ],
  [{}, 'waiting to be sent'],
  [{ state: 'taken' }, 'waiting to be sent'],
  [{ state: 'deferred' }, 'waiting: your mail server asked us to try again later'],
  [{ state: 'refused' }, 'refused by your mail server'],
  [
    { state: 'gave_up' },
    'not delivered: your mail server never accepted it; the next email includes its papers',
  ],
  [{ state: 'uncertain' }, 'we don’t know if it arrived, so we’ll send it once more'],
  [{ state: 'uncertain', ended: true }, 'we don’t know if it arrived'],
  [{ state: 'skipped', reason: 'paused' }, 'not sent: you paused your digests before it was sent'],
  [{ state: 'skipped', reason: 'unsubscribed' }, 'not sent: you unsubscribed before it was sent'],
  [{ state: 'skipped', reason: 'suppressed' }, 'not sent: we weren’t emailing this address at the time'],
  [{ state: 'skipped', reason: 'moved' }, 'not sent: your address changed before it was sent'],
  [
    { state: 'skipped', reason: 'expired' },
    'not sent: it was too late to send; the next email includes its papers',
  ],
  [
    { state: 'skipped', reason: 'restored' },
    'we don’t know if it was sent: our records were lost and restored from a backup; the next email includes its papers',
  ],
]
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

test.each(cases)('the receipt of an email: %j', (fate, text) => {
  const mail = { ...READY, ...fate }
  expect(texts({ ...RECEIPT, mail })).toEqual(['4 papers', capital(text)])
  if (fate.state === 'gave_up' || ['expired', 'restored'].includes(fate.reason ?? '')) return
  expect(texts({ ...WELCOME, mail })).toEqual(['Welcome, 4 papers', capital(text)])
  expect(texts({ ...WELCOME, mail, papers: 0 })).toEqual(['Welcome', capital(text)])
  expect(texts({ ...NOTE, note: mail })).toEqual(['Nothing matched', `An email about that: ${text}`])
})

test.each([
  [{ state: 'gave_up' }, 'not delivered: your mail server never accepted it'],
  [{ state: 'skipped', reason: 'expired' }, 'not sent: it was too late to send'],
] as const)('an email without papers of a date does not announce any: %j', (fate, text) => {
  const mail = { ...READY, ...fate }
  expect(texts({ ...WELCOME, mail, papers: 0 })).toEqual(['Welcome', capital(text)])
  expect(texts({ ...NOTE, note: mail })).toEqual(['Nothing matched', `An email about that: ${text}`])
})

test.each([
  ['due', 'Being prepared now'],
  ['nothing_matched', 'Nothing matched'],
  ['paused', 'Paused'],
  ['rescheduled', 'No email: its hour had passed when you chose it; the next email includes its papers'],
  ['missed', 'Missed: our service wasn’t running; the day’s papers are on the site'],
] as const)('no email: %s', (outcome, text) => expect(texts({ ...RECEIPT, outcome })).toEqual([text, '']))
