import { expect, test } from 'vitest'
import { takeTurns } from '../../../src/intake/take-turns.ts'

test('so many work at once, in the order in which they came, also after one that fails', async () => {
  const turn = takeTurns(2)
  const begun: number[] = []
  const ends: ((error?: Error) => void)[] = []
  const work = (n: number) => () => {
    begun.push(n)
    return new Promise<number>((resolve, reject) => {
      ends[n] = (error) => (error ? reject(error) : resolve(n))
    })
  }
  const all = [0, 1, 2, 3].map((n) => turn(work(n)).catch(() => 'failed'))
  await Promise.resolve()
  expect(begun).toEqual([0, 1])
  ends[1]!(new Error('it fails'))
  await expect.poll(() => begun).toEqual([0, 1, 2])
  ends[0]!()
  await expect.poll(() => begun).toEqual([0, 1, 2, 3])
  ends[2]!()
  ends[3]!()
  expect(await Promise.all(all)).toEqual([0, 'failed', 2, 3])
})
