import { expect, test } from 'vitest'
import { openProgress } from '../../../../src/mail/sending/progress.ts'

const MINUTE = 60_000

function withClock() {
  let now = 0
  const progress = openProgress<{ chunk: string }>({ now: () => now })
  return { progress, passes: (ms: number) => (now += ms) }
}

test('a hand that does nothing for a minute gets on with none of its chunks', () => {
  const { progress, passes } = withClock()
  passes(MINUTE)
  expect(progress.isMadeOn('a')).toBe(true)
  passes(1)
  expect(progress.isMadeOn('a')).toBe(false)
  progress.moved()
  expect(progress.isMadeOn('a')).toBe(true)
})

test('a step with a time limit of its own may take that long', () => {
  const { progress, passes } = withClock()
  progress.step({ chunk: 'a' }, 10 * MINUTE)
  passes(11 * MINUTE)
  expect([progress.isMadeOn('a'), progress.isMadeOn('next')]).toEqual([true, true])
  passes(1)
  expect([progress.isMadeOn('a'), progress.isMadeOn('next')]).toEqual([false, false])
})

test('one message that hangs holds its chunk only while another of it is on its way', () => {
  const { progress, passes } = withClock()
  const [stuck, sibling, other] = [{ chunk: 'a' }, { chunk: 'a' }, { chunk: 'b' }]
  progress.step(stuck)
  passes(2 * MINUTE)
  progress.step(sibling, 10 * MINUTE)
  progress.step(other)
  expect(progress.isMadeOn('a')).toBe(true)
  progress.done(sibling)
  expect([progress.isMadeOn('a'), progress.isMadeOn('b')]).toEqual([false, true])
})

test('each step of a message counts anew', () => {
  const { progress, passes } = withClock()
  const work = { chunk: 'a' }
  for (let steps = 0; steps < 5; steps++) {
    progress.step(work)
    passes(MINUTE)
    expect(progress.isMadeOn('a')).toBe(true)
  }
})
