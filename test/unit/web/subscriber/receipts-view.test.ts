import { expect, test } from 'vitest'
import type { WholeFate, WholeReceipt } from '../../../../src/flows/subscriber/receipts.ts'
import { receiptsView, receiptText } from '../../../../src/web/subscriber/receipts-view.ts'

const RECEIPT: WholeReceipt = {
  localDate: '2026-11-24',
  outcome: 'planned',
  papers: 4,
  messageId: 'm1',
  mail: null,
  note: null,
  kept: true,
}

const READY: WholeFate = {
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

const back = (kind: NonNullable<WholeFate['cameBack']>['class'], done = 'nothing' as const) => ({
  state: 'accepted' as const,
  acceptedAt: at('2026-11-23T23:00:09Z'),
  cameBack: { class: kind, status: null, done },
})

const cases: [Partial<WholeFate>, string][] = [
  [{ acceptedAt: at('2026-11-23T23:00:09Z'), state: 'accepted' }, 'taken by your mail server at 08:00'],
  // An acceptance beats whatever state was written after it.
  [
    { acceptedAt: at('2026-11-24T15:30:00Z'), state: 'uncertain' },
    'taken by your mail server at 25 Nov 2026, 00:30',
  ],
  [
    back('full'),
    'taken by your mail server at 08:00 and sent back later: it says that your mailbox is full or switched off',
  ],
  [
    back('dead'),
    'taken by your mail server at 08:00 and sent back later: it says that there is no such mailbox',
  ],
  [
    { ...back('dead'), cameBack: { class: 'dead', status: '5.1.1', done: 'elsewhere' } },
    'taken by your mail server at 08:00 and sent back later: a mailbox that yours passes mail on to did not take it',
  ],
  [
    { ...back('ours'), state: 'uncertain', acceptedAt: null },
    'sent back by your mail server: it says that something is wrong on our side',
  ],
  [{}, 'waiting to be sent'],
  [{ state: 'taken' }, 'waiting to be sent'],
  [{ state: 'deferred' }, 'waiting: your mail server asked us to come again later'],
  [{ state: 'refused' }, 'refused by your mail server'],
  [{ state: 'gave_up' }, 'given up: your mail server never took it; the next mail carries its papers'],
  [{ state: 'uncertain' }, 'not known whether it arrived; it goes once more'],
  [{ state: 'uncertain', ended: true }, 'not known whether it arrived'],
  [{ state: 'skipped', reason: 'paused' }, 'not sent: your digests were paused before it went out'],
  [{ state: 'skipped', reason: 'unsubscribed' }, 'not sent: you unsubscribed before it went out'],
  [{ state: 'skipped', reason: 'suppressed' }, 'not sent: no mails went to this address then'],
  [{ state: 'skipped', reason: 'moved' }, 'not sent: your address changed before it went out'],
  [
    { state: 'skipped', reason: 'expired' },
    'not sent: its time had passed; the next mail carries its papers',
  ],
  [
    { state: 'skipped', reason: 'restored' },
    'not known whether it was sent: our records were lost, and brought back from a copy; the next mail carries its papers',
  ],
]
test.each(cases)('a mail: %j', (fate, text) => {
  const mail = { ...READY, ...fate }
  expect(receiptText({ ...RECEIPT, mail }, 'Asia/Tokyo')).toBe(`4 papers, ${text}`)
  if (fate.state === 'gave_up' || ['expired', 'restored'].includes(fate.reason ?? '')) return
  expect(receiptText({ ...WELCOME, mail }, 'Asia/Tokyo')).toBe(`welcome, with 4 papers, ${text}`)
  expect(receiptText({ ...WELCOME, mail, papers: 0 }, 'Asia/Tokyo')).toBe(`welcome, ${text}`)
  expect(receiptText({ ...NOTE, note: mail }, 'Asia/Tokyo')).toBe(
    `nothing matched; a note that says so, ${text}`,
  )
})

test.each([
  [{ state: 'gave_up' }, 'given up: your mail server never took it'],
  [{ state: 'skipped', reason: 'expired' }, 'not sent: its time had passed'],
] as const)('of a mail that carries no papers of a date, none are promised: %j', (fate, text) => {
  const mail = { ...READY, ...fate }
  expect(receiptText({ ...WELCOME, mail, papers: 0 }, 'Asia/Tokyo')).toBe(`welcome, ${text}`)
  expect(receiptText({ ...NOTE, note: mail }, 'Asia/Tokyo')).toBe(
    `nothing matched; a note that says so, ${text}`,
  )
})

test.each([
  ['due', 'being put together now'],
  ['nothing_matched', 'nothing matched'],
  ['paused', 'paused'],
  ['rescheduled', 'no mail: its hour had passed when you chose it; the next mail carries its papers'],
  ['missed', 'missed: this service was down then; the next mail carries its papers'],
] as const)('no mail: %s', (outcome, text) =>
  expect(receiptText({ ...RECEIPT, outcome }, 'Asia/Tokyo')).toBe(text),
)

test('the days without mail are explained, and a digest that is not kept has no link', () => {
  const shown = {
    zone: 'UTC',
    days: ['mon', 'tue', 'wed', 'thu', 'fri'] as const,
    tokenOf: (id: string) => `t-${id}`,
  }
  const { rows, notDue } = receiptsView([RECEIPT, { ...RECEIPT, kept: false }], shown)
  expect(notDue).toBe('As it is set now, nothing is due on Saturday and Sunday.')
  expect(rows.map(({ date, path }) => [date, path])).toEqual([
    ['Tue 24 Nov', '/digest/t-m1'],
    ['Tue 24 Nov', null],
  ])
  expect(receiptsView([], { ...shown, days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] }).notDue).toBe(
    '',
  )
})
