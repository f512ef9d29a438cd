import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { checkReader } from '../../../../src/features/reader/check-reader.ts'
import { reader as feature } from '../../../../src/features/reader/index.ts'
import { type StandInReader, startStandInReader } from './stand-in-reader.ts'

let reader: StandInReader
beforeAll(async () => {
  reader = await startStandInReader(() => 8)
})
beforeEach(() => {
  reader.failure = undefined
})
afterAll(() => reader.close())

const KEY = 'sk-secret-0123456789'
const check = (READER_URL: string) =>
  checkReader(readConfig({ READER_URL, READER_MODEL: 'stand-in:1', READER_KEY: KEY }, [feature]), {
    timeoutMs: 1000,
  })

test('a model that grades is fine', async () => {
  expect(await check(reader.url)).toMatchObject([
    { state: 'ok', found: expect.stringContaining('stand-in:1') },
  ])
})

test('without READER_URL there is nothing to check', async () => {
  expect(await checkReader(readConfig({}, [feature]), { timeoutMs: 1000 })).toEqual([])
})

test.each([
  ['replies in prose', { kind: 'text', text: 'Eight.' }],
  ['refuses the key', { kind: 'status', status: 401 }],
  ['does not reply', { kind: 'hangs' }],
] as const)('a model that %s is wrong, and its key is not named', async (_what, failure) => {
  reader.failure = failure
  const results = await check(reader.url)
  expect(results).toMatchObject([{ state: 'wrong', fix: expect.stringContaining('READER_MODEL') }])
  expect(JSON.stringify(results)).not.toContain(KEY)
})
