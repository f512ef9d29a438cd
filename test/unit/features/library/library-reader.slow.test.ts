import { expect, test } from 'vitest'
import {
  type LibraryReader,
  MAX_READING_MS,
  openLibraryReader,
} from '../../../../src/features/library/library-reader.ts'
import { emptyLibrary, readLibrary } from '../../../../src/features/library/read-library.ts'

const TEXT = '@article{a, title = {Mamba}}\n@article{b, title = {Attention is all you need}}'
/** A thread that never replies. */
const SLOW = new URL('../../bounces/slow-worker.ts', import.meta.url).href
const GREEDY = new URL('../../bounces/greedy-worker.ts', import.meta.url).href

async function withReader(
  options: Parameters<typeof openLibraryReader>[0],
  work: (reader: LibraryReader) => Promise<void>,
) {
  const reader = openLibraryReader(options)
  await work(reader).finally(reader.close)
}

test('a library is read in a thread with the same result as without one, and its time is charged', () =>
  withReader({}, async (reader) => {
    const spent: number[] = []
    const read = await reader.read(TEXT, { onSpent: (ms) => spent.push(ms) })
    expect(read.library).toEqual(readLibrary(TEXT))
    expect(spent).toEqual([read.spentMs])
  }))

test.each([
  ['takes too long', SLOW],
  ['takes too much memory', GREEDY],
])('a library that %s ends its thread and is empty, and all of its time is charged', (_what, filename) =>
  withReader({ hungMs: filename === SLOW ? 300 : 10_000, filename }, async (reader) => {
    for (let n = 0; n < 2; n++) {
      const spent: number[] = []
      const read = await reader.read(TEXT, { onSpent: (ms) => spent.push(ms) })
      expect(read).toEqual({ library: emptyLibrary(), spentMs: MAX_READING_MS })
      expect(spent).toEqual([MAX_READING_MS])
    }
  }),
)

test('a library whose client has gone ends its thread, and another one that waits for too long is refused', () =>
  withReader({ filename: SLOW }, async (reader) => {
    const gone = new AbortController()
    const read = reader.read(TEXT, { signal: gone.signal })
    await expect(reader.read(TEXT, { network: 'b', maxWaitMs: 50 })).rejects.toMatchObject({
      code: expect.stringMatching(/^(rate\.at-once|search\.busy)$/),
    })
    gone.abort()
    expect((await read).library).toEqual(emptyLibrary())
  }))
