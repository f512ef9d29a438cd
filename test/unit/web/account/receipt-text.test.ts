import { expect, test } from 'vitest'
import type { FateWithReturn, ReceiptWithReturns } from '../../../../src/account/show-subscriber.ts'
import { capitalized, counted, fill, words } from '../../../../src/i18n/words.ts'
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

const { mails, cameBack, skipped, outcomes, welcome, welcomeWith, carried, note: about } = words.receipts
const delivered = (at: string) => fill(mails.accepted, { at })
const returned = (why: string) => fill(mails.cameBack, { taken: delivered('08:00'), why })
const notSent = (why: string) => fill(mails.skipped, { why })

const cases: [what: string, Partial<FateWithReturn>, text: string][] = [
  ['an acceptance', { acceptedAt: at('2026-11-23T23:00:09Z'), state: 'accepted' }, delivered('08:00')],
  [
    'an acceptance before a later state, with its date if it is another one',
    { acceptedAt: at('2026-11-24T15:30:00Z'), state: 'uncertain' },
    delivered('25 Nov 2026, 00:30'),
  ],
  ['a bounce of a full mailbox', back('full'), returned(cameBack.full)],
  ['a bounce of a dead address', back('dead'), returned(cameBack.dead)],
  [
    'a bounce of another address',
    { ...back('dead'), cameBack: { class: 'dead', status: '5.1.1', effect: 'elsewhere' } },
    returned(cameBack.elsewhere),
  ],
  [
    'a bounce without an acceptance',
    { ...back('ours'), state: 'uncertain', acceptedAt: null },
    fill(mails.onlyCameBack, { why: cameBack.ours }),
  ],
  ['a ready message', {}, mails.waiting],
  ['a taken message', { state: 'taken' }, mails.waiting],
  ['a deferred message', { state: 'deferred' }, mails.deferred],
  ['a refusal', { state: 'refused' }, mails.refused],
  ['a message that was given up', { state: 'gave_up' }, mails.gave_up],
  ['an uncertain message that is sent again', { state: 'uncertain' }, mails.again],
  ['an uncertain message that has ended', { state: 'uncertain', ended: true }, mails.uncertain],
  ['a pause', { state: 'skipped', reason: 'paused' }, notSent(skipped.paused)],
  ['an unsubscription', { state: 'skipped', reason: 'unsubscribed' }, notSent(skipped.unsubscribed)],
  ['a suppression', { state: 'skipped', reason: 'suppressed' }, notSent(skipped.suppressed)],
  ['a change of address', { state: 'skipped', reason: 'moved' }, notSent(skipped.moved)],
  ['a passed deadline', { state: 'skipped', reason: 'expired' }, notSent(skipped.expired)],
  ['a restored database', { state: 'skipped', reason: 'restored' }, mails.restored],
]

const NOTHING_MATCHED = capitalized(outcomes.nothing_matched)
const FOUR_PAPERS = counted(4, words.counts.paper)
const isOfferedAgain = ({ state, reason }: Partial<FateWithReturn>) =>
  state === 'gave_up' || reason === 'expired' || reason === 'restored'

test.each(cases)('receiptTexts describes %s', (_what, fate, text) => {
  const mail = { ...READY, ...fate }
  const state = isOfferedAgain(fate) ? fill(carried, { text }) : text
  expect(texts({ ...RECEIPT, mail })).toEqual([FOUR_PAPERS, capitalized(state)])
  expect(texts({ ...WELCOME, mail })).toEqual([fill(welcomeWith, { papers: FOUR_PAPERS }), capitalized(text)])
  expect(texts({ ...WELCOME, mail, papers: 0 })).toEqual([welcome, capitalized(text)])
  expect(texts({ ...NOTE, note: mail })).toEqual([NOTHING_MATCHED, fill(about, { what: text })])
})

test.each(['due', 'nothing_matched', 'paused', 'rescheduled', 'missed'] as const)(
  'receiptTexts describes a date without an email: %s',
  (outcome) => expect(texts({ ...RECEIPT, outcome })).toEqual([capitalized(outcomes[outcome]), '']),
)
