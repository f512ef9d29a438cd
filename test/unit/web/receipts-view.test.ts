import { expect, test } from 'vitest'
import type { Receipt } from '../../../src/delivery/receipt-store.ts'
import { receiptsView, receiptText } from '../../../src/web/receipts-view.ts'

const RECEIPT: Receipt = {
  localDate: '2026-11-24',
  outcome: 'planned',
  papers: 4,
  messageId: 'm1',
  state: 'ready',
  reason: null,
  ended: false,
  acceptedAt: null,
  kept: true,
}

const cases: [Partial<Receipt>, string][] = [
  [
    { acceptedAt: new Date('2026-11-23T23:00:09Z'), state: 'accepted' },
    '4 papers, taken by your mail server at 08:00',
  ],
  // An acceptance beats whatever state was written after it.
  [
    { acceptedAt: new Date('2026-11-24T15:30:00Z'), state: 'uncertain', papers: 1 },
    '1 paper, taken by your mail server at 25 Nov 2026, 00:30',
  ],
  [{}, '4 papers, waiting to be sent'],
  [{ state: 'taken' }, '4 papers, waiting to be sent'],
  [{ state: 'deferred' }, '4 papers, waiting: your mail server asked us to come again later'],
  [{ state: 'refused' }, '4 papers, refused by your mail server'],
  [
    { state: 'gave_up' },
    '4 papers, given up: your mail server took it at no try; the next mail carries its papers',
  ],
  [{ state: 'uncertain' }, '4 papers, not known whether it arrived; it goes once more'],
  [{ state: 'uncertain', ended: true }, '4 papers, not known whether it arrived'],
  [{ state: 'skipped', reason: 'paused' }, '4 papers, not sent: you paused before it went out'],
  [{ state: 'skipped', reason: 'unsubscribed' }, '4 papers, not sent: you unsubscribed before it went out'],
  [{ state: 'skipped', reason: 'suppressed' }, '4 papers, not sent: no mails went to this address then'],
  [
    { state: 'skipped', reason: 'expired' },
    '4 papers, not sent: its time had passed; the next mail carries its papers',
  ],
  [{ outcome: 'due', state: null }, 'being put together now'],
  [{ outcome: 'nothing_matched', state: null }, 'nothing matched'],
  [{ outcome: 'paused', state: null }, 'paused'],
  [
    { outcome: 'missed', state: null },
    'missed: this service was down then; the next mail carries its papers',
  ],
]
test.each(cases)('%j', (receipt, text) => {
  expect(receiptText({ ...RECEIPT, ...receipt }, 'Asia/Tokyo')).toBe(text)
})

test('the days without mail are explained, and a digest that is not kept has no link', () => {
  const shown = {
    zone: 'UTC',
    days: ['mon', 'tue', 'wed', 'thu', 'fri'] as const,
    tokenOf: (id: string) => `t-${id}`,
  }
  const { rows, notDue } = receiptsView([RECEIPT, { ...RECEIPT, kept: false }], shown)
  expect(notDue).toBe('Nothing is due on Saturday and Sunday.')
  expect(rows.map(({ date, path }) => [date, path])).toEqual([
    ['Tue 24 Nov', '/digest/t-m1'],
    ['Tue 24 Nov', null],
  ])
  expect(receiptsView([], { ...shown, days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] }).notDue).toBe(
    '',
  )
})
