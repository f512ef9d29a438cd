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
const subscription = (changes: Partial<Subscription>): Subscription => ({ ...BASE, ...changes })
const undone = (now: Subscription, before: Subscription, after: Subscription): Subscription => ({
  ...now,
  ...changesToUndo(now, { before, after }, TODAY),
})
const names = (one: Subscription) =>
  one.topics.map(({ name, query }) => (name === query ? name : `${name}=${query}`)).join(' ')

describe('an undo', () => {
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
    ['added topics', { topics: topics('a b c d e') }],
    ['removed topics', { topics: topics('b') }],
    ['the order of topics', { topics: topics('c a b') }],
    ['the name of a topic', { topics: [...topics('a b'), { name: 'new', query: 'c' }] }],
    ['the query of a topic', { topics: topics('a x c') }],
    ['a pause', paused],
    ['all of them together', { ...paused, hour: 3, topics: topics('c') }],
  ]
  test.each(cases)('restores %s', (_what, changes) => {
    const after = subscription(changes)
    expect(isSameSubscription(undone(after, BASE, after), BASE)).toBe(true)
    expect(isSameSubscription(undone(BASE, after, BASE), after)).toBe(true)
  })
})

describe('an undo after other changes', () => {
  test('restores only its own settings', () => {
    const now = undone(subscription({ hour: 19, maxPapers: 5 }), BASE, subscription({ hour: 19 }))
    expect(now).toMatchObject({ hour: 8, maxPapers: 5 })
  })

  const cases: [string, string, string, string, string][] = [
    ['restores a removed topic at its place', 'a b c', 'a c', 'a c d', 'a b c d'],
    ['restores a removed topic at the end if its place is gone', 'a b c', 'a b', 'a', 'a c'],
    ['does not restore a topic that was added again', 'a b c', 'a c', 'b a c', 'b a c'],
    ['removes an added topic at any place', 'a b', 'a b c', 'c a b d', 'a b d'],
    ['restores the order of the topics that remain', 'a b c', 'c b a', 'c x a', 'a x c'],
  ]
  test.each(cases)('%s', (_what, before, after, now, expected) => {
    const from = subscription({ topics: topics(before) })
    const to = subscription({ topics: topics(after) })
    expect(names(undone(subscription({ topics: topics(now) }), from, to))).toBe(expected)
  })

  test('restores a name if the query is the same again, and no query that was removed', () => {
    const renamed = subscription({ topics: [{ name: 'new', query: 'a' }] })
    const before = subscription({ topics: topics('a') })
    expect(names(undone(renamed, before, renamed))).toBe('a')
    const edited = subscription({ topics: topics('x') })
    expect(names(undone(subscription({ topics: topics('y') }), before, edited))).toBe('y')
    expect(names(undone(subscription({ topics: [{ name: 'mine', query: 'x' }] }), before, edited))).toBe('a')
  })

  test('does not restore a pause that would be over', () => {
    const before = subscription({ state: 'paused', pausedUntil: TODAY })
    expect(isSameSubscription(undone(BASE, before, BASE), BASE)).toBe(true)
  })
})

test('a topic is edited if its query changed at its place, and otherwise one is removed and one added', () => {
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
