import { describe, expect, test } from 'vitest'
import {
  changesToUndo,
  isSameSubscription,
  type Subscription,
  topicDifference,
} from '../../../src/subscribers/change.ts'

const TODAY = '2026-11-24'
const topics = (names: string) =>
  names
    .split(' ')
    .filter(Boolean)
    .map((query) => ({ name: query, query }))
const BASE: Subscription = {
  zone: 'UTC',
  hour: 8,
  days: ['mon', 'tue'],
  maxPapers: 15,
  format: 'html',
  detail: 'full',
  related: false,
  topics: topics('a b c'),
  state: 'active',
  pausedUntil: null,
}
const standing = (changes: Partial<Subscription>): Subscription => ({ ...BASE, ...changes })
const undone = (now: Subscription, before: Subscription, after: Subscription): Subscription => ({
  ...now,
  ...changesToUndo(now, { before, after }, TODAY),
})
const names = (one: Subscription) =>
  one.topics.map(({ name, query }) => (name === query ? name : `${name}=${query}`)).join(' ')

describe('undone at once, everything is as it was', () => {
  const paused = { state: 'paused', pausedUntil: '2026-12-01' } as const
  const cases: [string, Partial<Subscription>][] = [
    [
      'settings',
      {
        zone: 'Asia/Tokyo',
        hour: 19,
        days: ['sun'],
        maxPapers: 1,
        format: 'text',
        detail: 'titles',
        related: true,
      },
    ],
    ['topics added', { topics: topics('a b c d e') }],
    ['topics removed', { topics: topics('b') }],
    ['topics in another order', { topics: topics('c a b') }],
    ['a topic renamed', { topics: [...topics('a b'), { name: 'new', query: 'c' }] }],
    ['a topic with other words', { topics: topics('a x c') }],
    ['a pause', paused],
    ['all of it', { ...paused, hour: 3, topics: topics('c') }],
  ]
  test.each(cases)('%s', (_what, changes) => {
    const after = standing(changes)
    expect(isSameSubscription(undone(after, BASE, after), BASE)).toBe(true)
    expect(isSameSubscription(undone(BASE, after, BASE), after)).toBe(true)
  })
})

describe('undone after other changes, the others stay', () => {
  test('settings', () => {
    const now = undone(standing({ hour: 19, maxPapers: 5 }), BASE, standing({ hour: 19 }))
    expect(now).toMatchObject({ hour: 8, maxPapers: 5 })
  })

  const cases: [string, string, string, string, string][] = [
    ['a removed topic comes back to its place', 'a b c', 'a c', 'a c d', 'a b c d'],
    ['to the end where that place is gone', 'a b c', 'a b', 'a', 'a c'],
    ['not twice, where it came back by itself', 'a b c', 'a c', 'b a c', 'b a c'],
    ['an added topic goes, wherever it is', 'a b', 'a b c', 'c a b d', 'a b d'],
    ['an order comes back among those that are left', 'a b c', 'c b a', 'c x a', 'a x c'],
  ]
  test.each(cases)('%s', (_what, before, after, now, expected) => {
    const from = standing({ topics: topics(before) })
    const to = standing({ topics: topics(after) })
    expect(names(undone(standing({ topics: topics(now) }), from, to))).toBe(expected)
  })

  test('a name, where the words have changed back and forth; words that are gone stay gone', () => {
    const renamed = standing({ topics: [{ name: 'new', query: 'a' }] })
    const before = standing({ topics: topics('a') })
    expect(names(undone(renamed, before, renamed))).toBe('a')
    const edited = standing({ topics: topics('x') })
    expect(names(undone(standing({ topics: topics('y') }), before, edited))).toBe('y')
    expect(names(undone(standing({ topics: [{ name: 'mine', query: 'x' }] }), before, edited))).toBe('a')
  })

  test('a pause that would be over by now does not come back', () => {
    const before = standing({ state: 'paused', pausedUntil: TODAY })
    expect(isSameSubscription(undone(BASE, before, BASE), BASE)).toBe(true)
  })
})

test('a topic whose words gave way to others at its place was edited; otherwise one went and one came', () => {
  expect(topicDifference(topics('a b'), topics('a x')).edited).toHaveLength(1)
  expect(topicDifference(topics('a b'), topics('x a b c'))).toMatchObject({
    added: topics('x c'),
    removed: [],
    reordered: false,
  })
  expect(topicDifference(topics('a b'), topics('b x'))).toMatchObject({
    added: topics('x'),
    removed: topics('a'),
  })
})
