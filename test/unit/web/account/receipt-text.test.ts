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

// Sentences that no page of the accessibility snapshots has are typed here; the others are from the catalogue.
const { mails, cameBack, outcomes, welcome } = words.receipts
const delivered = (at: string) => fill(mails.accepted, { at })
const returned = (why: string) => `${delivered('08:00')}, then returned: ${why}`
const notSent = (why: string) => `not sent: ${why}`

const cases: [what: string, Partial<FateWithReturn>, text: string][] = [
  ['an acceptance', { acceptedAt: at('2026-11-23T23:00:09Z'), state: 'accepted' }, delivered('08:00')],
  [
    'an acceptance before a later state, with its date if it is another one',
    { acceptedAt: at('2026-11-24T15:30:00Z'), state: 'uncertain' },
    delivered('25 Nov 2026, 00:30'),
  ],
  ['a bounce of a full mailbox', back('full'), returned('it says your mailbox is full or disabled')],
  ['a bounce of a dead address', back('dead'), returned('it says the mailbox doesn’t exist')],
  [
    'a bounce of another address',
    { ...back('dead'), cameBack: { class: 'dead', status: '5.1.1', effect: 'elsewhere' } },
    returned(cameBack.elsewhere),
  ],
  [
    'a bounce without an acceptance',
    { ...back('ours'), state: 'uncertain', acceptedAt: null },
    `returned by your mail server: ${cameBack.ours}`,
  ],
  ['a ready message', {}, 'waiting to be sent'],
  ['a taken message', { state: 'taken' }, 'waiting to be sent'],
  ['a deferred message', { state: 'deferred' }, 'waiting: your mail server asked us to try again later'],
  ['a refusal', { state: 'refused' }, 'refused by your mail server'],
  ['a message that was given up', { state: 'gave_up' }, 'not delivered: your mail server never accepted it'],
  [
    'an uncertain message that is sent again',
    { state: 'uncertain' },
    'we don’t know if it arrived, so we’ll send it once more',
  ],
  ['an uncertain message that has ended', { state: 'uncertain', ended: true }, 'we don’t know if it arrived'],
  ['a pause', { state: 'skipped', reason: 'paused' }, notSent('you paused your digests before it was sent')],
  [
    'an unsubscription',
    { state: 'skipped', reason: 'unsubscribed' },
    notSent('you unsubscribed before it was sent'),
  ],
  [
    'a suppression',
    { state: 'skipped', reason: 'suppressed' },
    notSent('we weren’t emailing this address at the time'),
  ],
  [
    'a change of address',
    { state: 'skipped', reason: 'moved' },
    notSent('your address changed before it was sent'),
  ],
  ['a passed deadline', { state: 'skipped', reason: 'expired' }, notSent('it was too late to send')],
  ['a restored database', { state: 'skipped', reason: 'restored' }, mails.restored],
]

const NOTHING_MATCHED = capitalized(outcomes.nothing_matched)
const FOUR_PAPERS = counted(4, words.counts.paper)
const isOfferedAgain = ({ state, reason }: Partial<FateWithReturn>) =>
  state === 'gave_up' || reason === 'expired' || reason === 'restored'

test.each(cases)('receiptTexts describes %s', (_what, fate, text) => {
  const mail = { ...READY, ...fate }
  const state = isOfferedAgain(fate) ? `${text}; the next email includes its papers` : text
  expect(texts({ ...RECEIPT, mail })).toEqual([FOUR_PAPERS, capitalized(state)])
  expect(texts({ ...WELCOME, mail })).toEqual([`Welcome, ${FOUR_PAPERS}`, capitalized(text)])
  expect(texts({ ...WELCOME, mail, papers: 0 })).toEqual([welcome, capitalized(text)])
  expect(texts({ ...NOTE, note: mail })).toEqual([NOTHING_MATCHED, `An email about that: ${text}`])
})

test.each([
  ['due', 'Being prepared now'],
  ['nothing_matched', NOTHING_MATCHED],
  ['paused', capitalized(outcomes.paused)],
  ['rescheduled', 'No email: its hour had passed when you chose it; the next email includes its papers'],
  ['missed', capitalized(outcomes.missed)],
] as const)('receiptTexts describes a date without an email: %s', (outcome, text) =>
  expect(texts({ ...RECEIPT, outcome })).toEqual([text, '']),
)
