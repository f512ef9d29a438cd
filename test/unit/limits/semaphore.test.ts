import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { NoSlot, Semaphore, type SemaphoreLimits } from '../../../src/limits/semaphore.ts'

/** Works that end when the test says so. */
function bench(limits: SemaphoreLimits) {
  const semaphore = new Semaphore(limits)
  const running: string[] = []
  const started: string[] = []
  const refused: string[] = []
  const ends = new Map<string, (error?: Error) => void>()
  const ask = (name: string, signal?: AbortSignal) => {
    const work = () => {
      running.push(name)
      started.push(name)
      return new Promise<string>((resolve, reject) => {
        ends.set(name, (error) => {
          running.splice(running.indexOf(name), 1)
          if (error) reject(error)
          else resolve(name)
        })
      })
    }
    const asked = semaphore.withSlot(name[0]!, work, signal && (() => signal))
    asked.catch((error) =>
      refused.push(error instanceof NoSlot ? `${name} ${error.reason}` : `${name} failed`),
    )
    return asked
  }
  const end = async (name: string, error?: Error) => {
    ends.get(name)!(error)
    await setImmediate()
  }
  return { semaphore, running, started, refused, ask, end }
}

const askAll = async ({ ask }: ReturnType<typeof bench>, names: string[]) => {
  for (const name of names) ask(name).catch(() => {})
  await setImmediate()
}

describe('a semaphore of four, two for one key', () => {
  test('runs two of one key and four in total', async () => {
    const it = bench({ total: 4, perKey: 2 })
    await askAll(it, ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'])
    expect(it.running).toEqual(['a1', 'a2', 'b1', 'b2'])
    await it.end('a1')
    expect(it.running).toEqual(['a2', 'b1', 'b2', 'a3'])
    await it.end('a2')
    expect(it.running).toEqual(['b1', 'b2', 'a3', 'c1'])
  })

  test('a key at its own limit does not hold up those behind it', async () => {
    const it = bench({ total: 3, perKey: 2 })
    await askAll(it, ['a1', 'a2', 'b1', 'a3', 'c1'])
    await it.end('b1')
    expect(it.running).toEqual(['a1', 'a2', 'c1'])
  })

  test('frees the slot of work that ends or fails, and returns or throws to its caller', async () => {
    const it = bench({ total: 1 })
    const [one, two, three] = [it.ask('a1'), it.ask('a2'), it.ask('a3')]
    two.catch(() => {})
    await it.end('a1')
    await it.end('a2', new Error('it failed'))
    await it.end('a3')
    expect(await Promise.allSettled([one, two, three])).toEqual([
      { status: 'fulfilled', value: 'a1' },
      { status: 'rejected', reason: new Error('it failed') },
      { status: 'fulfilled', value: 'a3' },
    ])
    await askAll(it, ['a4'])
    expect(it.running).toEqual(['a4'])
  })
})

describe('the queue', () => {
  test('alternates between keys, in order within a key', async () => {
    const it = bench({ total: 1 })
    await askAll(it, ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'])
    for (const name of ['a1', 'a2', 'b1', 'c1', 'a3', 'b2']) await it.end(name)
    expect(it.started).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'])
  })

  test('refuses a key that has as many waiting as its own limit', async () => {
    const it = bench({ total: 4, perKey: 2, maxWaiting: 9, maxWaitingPerKey: 2 })
    await askAll(it, ['a1', 'a2', 'a3', 'a4', 'a5', 'b1'])
    expect(it.refused).toEqual(['a5 key'])
    expect(it.running).toEqual(['a1', 'a2', 'b1'])
  })

  test('drops the newest of the key with the most when it is full, and refuses a key with as many', async () => {
    const it = bench({ total: 1, maxWaiting: 3 })
    await askAll(it, ['a1', 'a2', 'a3', 'a4'])
    await askAll(it, ['b1'])
    expect(it.refused).toEqual(['a4 key'])
    await askAll(it, ['b2'])
    expect(it.refused).toEqual(['a4 key', 'b2 total'])
    await it.end('a1')
    await it.end('a2')
    expect(it.running).toEqual(['b1'])
  })

  test('never refuses the privileged key, gives it every second slot, and does not count it for the others', async () => {
    const it = bench({ total: 1, maxWaiting: 2, maxWaitingPerKey: 1, privilegedKey: 's' })
    await askAll(it, ['a1', 's1', 's2', 's3', 'b1', 'c1', 's4', 'd1'])
    expect(it.refused).toEqual(['d1 total'])
    const order = ['a1', 's1', 'b1', 's2', 'c1', 's3', 's4']
    for (const name of order) await it.end(name)
    expect(it.started).toEqual(order)
  })

  test.each([
    ['its own limit', ['a1', 'a2'], 'a9 key'],
    ['all slots', ['a1', 'b1', 'b2', 'c1'], 'a9 total'],
  ])('refuses a wait that ends because of %s, and removes it', async (_why, before, reason) => {
    const it = bench({ total: 4, perKey: 2 })
    await askAll(it, before)
    const wait = new AbortController()
    it.ask('a9', wait.signal).catch(() => {})
    expect(it.semaphore.waiting).toBe(1)
    wait.abort()
    await setImmediate()
    expect([it.refused, it.semaphore.waiting]).toEqual([[reason], 0])
    for (const name of before) await it.end(name)
    expect(it.started).toEqual(before)
  })

  test('does not keep a client that is gone; the end of a wait does not end the work', async () => {
    const it = bench({ total: 1 })
    await askAll(it, ['a1'])
    it.ask('a2', AbortSignal.abort()).catch(() => {})
    const wait = new AbortController()
    const asked = it.ask('a3', wait.signal)
    await it.end('a1')
    wait.abort()
    expect([it.running, it.semaphore.waiting]).toEqual([['a3'], 0])
    await it.end('a3')
    expect(await asked).toBe('a3')
  })
})
