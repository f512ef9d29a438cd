import { expect, test } from 'vitest'
import { type Environment, inspectConfig, readConfig } from '../../../../src/config/config.ts'
import { reader } from '../../../../src/features/reader/index.ts'
import { hostOf, readerSettings } from '../../../../src/features/reader/settings.ts'

const RIGHT = { READER_URL: 'http://localhost:11434/v1/', READER_MODEL: 'qwen3:8b' }
const faultsOf = (environment: Environment) =>
  inspectConfig(environment, [reader])
    .faults.flatMap(({ names }) => names)
    .filter((name) => name.startsWith('READER'))

test('`readerSettings` needs an address and a model, and has no key and 2,000 papers a day by default', () => {
  const settings = readerSettings(readConfig(RIGHT, [reader]))!
  expect(settings).toEqual({
    url: 'http://localhost:11434/v1',
    model: 'qwen3:8b',
    key: undefined,
    perDay: 2000,
  })
  expect(hostOf(settings)).toBe('localhost:11434')
})

test('the feature is off without settings', () => {
  expect(readerSettings(readConfig({}, [reader]))).toBeUndefined()
  expect(faultsOf({})).toEqual([])
  expect(faultsOf({ READER_PER_DAY: '10' })).toEqual([])
})

test.each([
  [{ READER_URL: RIGHT.READER_URL }, ['READER_MODEL']],
  [{ READER_MODEL: 'a' }, ['READER_URL']],
  [{ READER_KEY: 'sk-1' }, ['READER_URL', 'READER_MODEL']],
  [{ ...RIGHT, READER_URL: 'localhost:11434' }, ['READER_URL']],
  [{ ...RIGHT, READER_URL: 'https://user:password@llm.example/v1' }, ['READER_URL']],
  [{ ...RIGHT, READER_URL: 'https://llm.example/v1?key=1' }, ['READER_URL']],
  [{ ...RIGHT, READER_PER_DAY: '0' }, ['READER_PER_DAY']],
])('%j is a fault of %j', (environment, names) => {
  expect(faultsOf(environment)).toEqual(names)
})
