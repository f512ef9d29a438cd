import { expect, test } from 'vitest'
import { type Facts, judgeDrill } from '../../drill/verdict.ts'

const person = (name: string) => ({
  group: 'digest' as const,
  subscriberId: name,
  address: `${name}@one.example`,
  messageId: name,
})
const ann = person('ann')
const bob = person('bob')

const arrival = (to: string, begun: number, hash = 'same') => ({
  messageId: to,
  hash,
  to: `${to}@one.example`,
  at: begun + 50,
  answer: '250',
  begun,
})

const judge = (changes: Partial<Facts>) =>
  judgeDrill({
    people: [ann, bob],
    left: [],
    arrived: [arrival('ann', 1000), arrival('bob', 2000)],
    ends: new Map([
      ['ann', { state: 'accepted', reason: null }],
      ['bob', { state: 'accepted', reason: null }],
    ]),
    ...changes,
  })

const NOTHING = {
  lost: 0,
  misrecorded: 0,
  doubles: 0,
  differing: 0,
  mailedAfter: 0,
  late: 0,
  stopped: 0,
  ended: 0,
}
const bobEnds = (state: string, reason: string | null = null): Facts['ends'] =>
  new Map([
    ['ann', { state: 'accepted', reason: null }],
    ['bob', { state, reason }],
  ])

test('`judgeDrill` finds nothing if each email arrived once and is recorded', () => {
  expect(judge({})).toEqual(NOTHING)
})

test('`judgeDrill` counts an email as lost that neither arrived nor ended with a reason', () => {
  const arrived = [arrival('ann', 1000)]
  expect(judge({ arrived, ends: bobEnds('ready') })).toMatchObject({ lost: 1, misrecorded: 0 })
  expect(judge({ arrived, ends: bobEnds('accepted') })).toMatchObject({ lost: 1, misrecorded: 1 })
  expect(judge({ arrived, ends: bobEnds('skipped', 'unsubscribed') })).toEqual({ ...NOTHING, stopped: 1 })
  expect(judge({ arrived, ends: bobEnds('skipped', 'restored') })).toEqual({ ...NOTHING, ended: 1 })
})

test('`judgeDrill` counts an email that arrived without a record', () => {
  expect(judge({ ends: bobEnds('ready') })).toMatchObject({ lost: 0, misrecorded: 1 })
})

test('`judgeDrill` counts copies, and those with other bytes', () => {
  const arrived = [
    arrival('ann', 1000),
    arrival('bob', 2000),
    arrival('bob', 9000),
    arrival('ann', 9000, 'other'),
  ]
  expect(judge({ arrived })).toMatchObject({ doubles: 2, differing: 1 })
})

test('`judgeDrill` separates emails in progress at the unsubscribe from those begun later', () => {
  const leftAt = (acknowledgedAt: number) => judge({ left: [{ person: bob, acknowledgedAt }] })
  expect(leftAt(2500)).toMatchObject({ mailedAfter: 0, late: 0 })
  expect(leftAt(1500)).toMatchObject({ mailedAfter: 0, late: 1 })
  expect(leftAt(500)).toMatchObject({ mailedAfter: 1, late: 0 })
})
