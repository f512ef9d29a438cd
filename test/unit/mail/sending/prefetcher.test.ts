import { expect, test } from 'vitest'
import { openProgressTracker } from '../../../../src/mail/sending/prefetcher.ts'

const MINUTE = 60_000

function withClock() {
  let now = 0
  const progress = openProgressTracker<{ batch: string }>({ now: () => now })
  return { progress, passes: (ms: number) => (now += ms) }
}

test('a prefetcher that is idle for a minute makes no progress with its batches', () => {
  const { progress, passes } = withClock()
  passes(MINUTE)
  expect(progress.isMakingProgress('a')).toBe(true)
  passes(1)
  expect(progress.isMakingProgress('a')).toBe(false)
  progress.touch()
  expect(progress.isMakingProgress('a')).toBe(true)
})

test('a step with its own time limit may take that long', () => {
  const { progress, passes } = withClock()
  progress.step({ batch: 'a' }, 10 * MINUTE)
  passes(11 * MINUTE)
  expect([progress.isMakingProgress('a'), progress.isMakingProgress('next')]).toEqual([true, true])
  passes(1)
  expect([progress.isMakingProgress('a'), progress.isMakingProgress('next')]).toEqual([false, false])
})

test('a message that hangs keeps its batch only while another of the batch is in progress', () => {
  const { progress, passes } = withClock()
  const [stuck, sibling, other] = [{ batch: 'a' }, { batch: 'a' }, { batch: 'b' }]
  progress.step(stuck)
  passes(2 * MINUTE)
  progress.step(sibling, 10 * MINUTE)
  progress.step(other)
  expect(progress.isMakingProgress('a')).toBe(true)
  progress.done(sibling)
  expect([progress.isMakingProgress('a'), progress.isMakingProgress('b')]).toEqual([false, true])
})

test('each step of a message restarts the time limit', () => {
  const { progress, passes } = withClock()
  const work = { batch: 'a' }
  for (let steps = 0; steps < 5; steps++) {
    progress.step(work)
    passes(MINUTE)
    expect(progress.isMakingProgress('a')).toBe(true)
  }
})
