import { expect, test } from 'vitest'
import { groupCommit } from '../../../../src/mail/sending/recorder.ts'

/** A write that ends when the test says so. */
function slowWrites() {
  const begun: { items: number[]; end: (fault?: Error) => void }[] = []
  const write = (items: number[]) =>
    new Promise<void>((resolve, reject) => {
      begun.push({ items, end: (fault) => (fault ? reject(fault) : resolve()) })
    })
  return { begun, commit: groupCommit(write) }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('writes requested during a write share the next one', async () => {
  const { begun, commit } = slowWrites()
  const first = commit(1)
  await settled()
  const others = [commit(2), commit(3)]
  await settled()
  expect(begun.map(({ items }) => items)).toEqual([[1]])
  begun[0]!.end()
  await first
  await settled()
  expect(begun.map(({ items }) => items)).toEqual([[1], [2, 3]])
  begun[1]!.end()
  await Promise.all(others)
})

test('no caller returns before its own item is written', async () => {
  const { begun, commit } = slowWrites()
  void commit(1)
  await settled()
  let isWritten = false
  void commit(2).then(() => {
    isWritten = true
  })
  begun[0]!.end()
  await settled()
  expect(isWritten).toBe(false)
  begun[1]!.end()
  await settled()
  expect(isWritten).toBe(true)
})

test('a write that fails rejects only its own callers', async () => {
  const { begun, commit } = slowWrites()
  const first = commit(1)
  await settled()
  const second = commit(2)
  begun[0]!.end(new Error('gone'))
  await expect(first).rejects.toThrow('gone')
  await settled()
  begun[1]!.end()
  await expect(second).resolves.toBeUndefined()
})

test('a write waits a moment until enough items share it', async () => {
  const written: number[][] = []
  const commit = groupCommit(async (items: number[]) => void written.push(items), 2)
  await Promise.all([commit(1), commit(2), commit(3)])
  await commit(4)
  expect(written).toEqual([[1, 2, 3], [4]])
})
