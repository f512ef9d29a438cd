import { expect, test } from 'vitest'
import { BOUNCE_CLASSES } from '../../../src/bounces/bounce.repo.ts'
import type { ListedBounce } from '../../../src/bounces/bounce-list.repo.ts'
import { bounceText, newestFailure } from '../../../src/bounces/bounce-text.ts'

const DEAD: ListedBounce = {
  reportId: 1,
  n: 0,
  at: new Date('2026-11-24T08:03:00Z'),
  class: 'dead',
  status: '5.1.1',
  sure: true,
  reply: '550 5.1.1 no mailbox',
  domain: 'y.example',
  foundBy: 'token',
  messageId: 'm1',
  subscriberId: 's1',
  effect: 'suppressed',
  channel: 'lmtp',
  isRead: true,
  kind: 'digest',
}

test.each([
  [
    {},
    'Returned: no such mailbox (5.1.1): 550 5.1.1 no mailbox; found by the token in its envelope sender; the address was suppressed.',
  ],
  [
    { sure: false, effect: 'nothing', reply: '', foundBy: 'message-id' },
    'Returned: no such mailbox (5.1.1); found by its Message-ID; no action yet: a second such report on another day suppresses the address.',
  ],
  [
    { class: 'full', status: '5.2.2', reply: 'over quota.', effect: 'paused', foundBy: 'field' },
    'Returned: mailbox full or disabled (5.2.2): over quota; found by the token in a header of the email; they were paused for a week.',
  ],
  [
    { effect: 'elsewhere' },
    'Returned: no such mailbox (5.1.1): 550 5.1.1 no mailbox; found by the token in its envelope sender; no action: it is about another mailbox, to which theirs forwards.',
  ],
  [
    { class: 'policy', status: null, reply: '', effect: 'nothing' },
    'Returned: policy; found by the token in its envelope sender; no action: it is about the email or its sender, not the address.',
  ],
  [
    { class: 'complaint', status: null, reply: '', foundBy: 'provider' },
    'The reader marked it as spam; found by the address that the mail service gave; the address was suppressed.',
  ],
  [
    { class: 'unsubscribe', status: null, reply: '', effect: 'unsubscribed' },
    'The reader asked to unsubscribe; found by the token of the unsubscribe address; they were unsubscribed.',
  ],
  [
    { class: 'not-a-report', status: null, reply: '', foundBy: null, effect: 'nothing' },
    'An email that isn’t a report; no action: no subscriber matches.',
  ],
  [
    { class: 'unknown', status: null, reply: '', isRead: false, effect: 'nothing' },
    'An unreadable report arrived; found by the token in its envelope sender; no action.',
  ],
] satisfies [Partial<ListedBounce>, string][])('`bounceText` describes a bounce with %j', (change, text) =>
  expect(bounceText({ ...DEAD, ...change })).toBe(text),
)

test('`bounceText` describes all classes and effects', () => {
  for (const kind of BOUNCE_CLASSES)
    for (const done of ['suppressed', 'dropped', 'nothing'] as const)
      expect(bounceText({ ...DEAD, class: kind, effect: done })).not.toMatch(/undefined|null/)
})

test('`newestFailure` is the newest report of a failure that could be read', () => {
  const delayed = { ...DEAD, class: 'delayed', n: 1 } as const
  const unread = { ...DEAD, class: 'unknown', isRead: false, n: 2 } as const
  expect(newestFailure([DEAD, delayed, unread])).toBe(DEAD)
  expect(newestFailure([delayed, unread])).toBeUndefined()
  expect(newestFailure([DEAD, { ...DEAD, class: 'unknown', n: 3 }])).toMatchObject({ n: 3 })
})
