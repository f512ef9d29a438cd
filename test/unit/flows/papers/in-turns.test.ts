import { expect, test } from 'vitest'
import { inTurns } from '../../../../src/flows/papers/in-turns.ts'
import { stopwatch } from '../../../../src/platform/clock.ts'

function* steps(count: number, ms: number): Generator<void> {
  for (let n = 0; n < count; n++) {
    const began = stopwatch()
    while (stopwatch() - began < ms);
    yield
  }
}

test('others get their turn between long steps, and the time is told', async () => {
  let turns = 0
  let isOn = true
  const turn = () => {
    turns++
    if (isOn) setImmediate(turn)
  }
  setImmediate(turn)
  let spent = 0
  await inTurns(steps(5, 12), (ms) => {
    spent += ms
  })
  isOn = false
  expect(turns).toBeGreaterThanOrEqual(4)
  expect(spent).toBeGreaterThanOrEqual(60)
})

test('short steps take one turn together', async () => {
  let turns = 0
  setImmediate(() => turns++)
  await inTurns(steps(3, 0))
  expect(turns).toBe(0)
})
