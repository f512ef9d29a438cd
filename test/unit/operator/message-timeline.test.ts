import { expect, test } from 'vitest'
import type { ListedBounce } from '../../../src/bounces/bounce-list.repo.ts'
import {
  type MessageDetails,
  messageOutcomeText,
  messageTimeline,
} from '../../../src/operator/message-details.ts'

const at = (time: string) => new Date(`2026-11-24T${time}:00Z`)

const RETURN: ListedBounce = {
  reportId: 1,
  n: 0,
  at: at('08:03'),
  class: 'dead',
  status: '5.1.1',
  sure: true,
  reply: '550 5.1.1 not here',
  domain: 'y.example',
  foundBy: 'token',
  messageId: 'm1',
  subscriberId: 's1',
  effect: 'suppressed',
  channel: 'lmtp',
  isRead: true,
  kind: 'digest',
}

const MESSAGE: MessageDetails = {
  id: 'm1',
  kind: 'digest',
  lane: 'bulk',
  subscriberId: 's1',
  toAddress: 's1@y.example',
  state: 'accepted',
  reason: null,
  attempts: 1,
  datedAt: at('08:00'),
  nextTry: at('08:00'),
  deadline: at('23:00'),
  acceptances: [{ at: at('08:02'), reply: '250 ok' }],
  tries: [{ n: 1, at: at('08:01'), outcome: 'deferred', status: 451, enhanced: '4.7.1', reply: '451 later' }],
  bounces: [RETURN],
}

const lifeOf = (change: Partial<MessageDetails>) =>
  messageTimeline({ ...MESSAGE, ...change }, at('12:00')).map(
    ({ at: when, code }) => `${when?.toISOString().slice(11, 16) ?? '–'} ${code}`,
  )

test('the timeline has a bounce at its time', () =>
  expect(lifeOf({})).toEqual(['08:00 left', '08:01 deferred', '08:02 accepted', '08:03 bounce-dead']))

test('the timeline has a bounce before a later attempt, and before the outcome', () => {
  const tries = [{ ...MESSAGE.tries[0]!, at: at('08:05'), outcome: 'uncertain' }]
  const nextTry = at('23:00')
  expect(lifeOf({ state: 'uncertain', acceptances: [], tries, nextTry })).toEqual([
    '08:00 left',
    '08:03 bounce-dead',
    '08:05 uncertain',
    '– uncertain',
  ])
})

test.each([
  [[], 'accepted'],
  [[RETURN], 'accepted, then returned: no such mailbox (5.1.1)'],
  [[{ ...RETURN, class: 'complaint', status: null } as const], 'accepted'],
])('the timeline ends with what happened to the message: row %#', (returned, text) =>
  expect(messageOutcomeText({ ...MESSAGE, bounces: returned })).toBe(text),
)
