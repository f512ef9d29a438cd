import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorText, Fault } from '../../../src/core/errors.ts'
import { fill, words } from '../../../src/i18n/words.ts'
import { tooManyRequests } from '../../../src/limits/rate-limit.ts'
import { requirePauseEnd } from '../../../src/subscribers/change.ts'
import { requireFewTopics, requireTopicsSize } from '../../../src/subscribers/subscriber.ts'
import { ALL_ERRORS } from '../../support/error-codes.ts'

const codes = Object.keys(ALL_ERRORS)
const root = resolve(import.meta.dirname, '../../..')

const textOfTree = (folder: string): string =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(
      (path) =>
        /\.(ts|peggy)$/.test(path) && !/generated|(error-table|import-fault)\.ts$|i18n\/en\.ts$/.test(path),
    )
    .map((path) => readFileSync(join(root, folder, path), 'utf8'))
    .join('\n')

const source = textOfTree('src')
const tests = textOfTree('test')

describe.each(codes)('the error %s', (code) => {
  test('has a status, an exit code and a message', () => {
    const { status, exit, operator } = ALL_ERRORS[code]!
    expect(status).toBeGreaterThanOrEqual(400)
    expect([1, 2]).toContain(exit)
    expect(operator.length).toBeGreaterThan(5)
  })
  test('is thrown in src', () => expect(source).toMatch(new RegExp(`'${code}'(?!:)`)))
  test('is caused by a test', () => expect(tests.includes(`'${code}'`)).toBe(true))
})

test.each(Object.entries(words.errors))(
  'the sentence of %s is complete, and blames no one',
  (_code, sentence) => {
    expect(sentence).toMatch(/[.?!}”]$/)
    expect(sentence).not.toMatch(/\b(invalid|illegal|fatal|error)\b/i)
  },
)

test('an error of a command has no sentence: a page would say that something went wrong', () => {
  expect(new Fault('smtp.not-set').sentence).toBe(words.errors.unexpected)
})

test('a message is filled from the values; a name without a value stays visible', () => {
  const fault = new Fault('zone.unknown', { zone: 'Mars/Base' })
  expect(fault.message).toBe('Unknown time zone "Mars/Base": use a name such as Europe/Paris, or UTC.')
  expect(fault.sentence).toBe(
    'We don’t recognise the time zone “Mars/Base”. Use a name such as Europe/Paris, or UTC.',
  )
  expect(new Fault('zone.unknown').message).toContain('{zone}')
  expect(fault).toMatchObject({ status: 422, exit: 2 })
})

const topics = (count: number, name = 'a') => Array.from({ length: count }, () => ({ name, query: name }))

test.each([
  ['too many topics', () => requireFewTopics(topics(21)), 'topics.too-many', { count: 21, most: 20 }],
  [
    'topics that are too long',
    () => requireTopicsSize(topics(2, 'a'.repeat(12_289))),
    'topics.too-long',
    { bytes: 24_578, most: 24_576 },
  ],
  [
    'a pause that ends today',
    () => requirePauseEnd('2026-11-24', '2026-11-24'),
    'setting.until',
    { earliest: '25 November 2026', latest: '24 November 2027' },
  ],
  [
    'too many requests',
    () => {
      throw tooManyRequests('searches', 610)
    },
    'rate.too-many',
    { wait: '11 minutes' },
  ],
] as const)('the sentence of %s has the limit and what was sent', (_what, run, code, values) => {
  const sentence = fill(words.errors[code], values)
  expect(sentence).not.toMatch(/[{}]/)
  expect(run).toThrow(expect.objectContaining({ code, sentence }))
})

test.each([
  [new Error('no route'), 'no route'],
  [
    new AggregateError([new Error('::1 refused'), new Error('127.0.0.1 refused')]),
    '::1 refused; 127.0.0.1 refused',
  ],
  [{ message: 'gone', queue: 'plan' }, 'gone'],
  [{ code: 'ECONNRESET' }, '{"code":"ECONNRESET"}'],
  ['stopped', 'stopped'],
  [undefined, 'undefined'],
])('the text of %o', (thrown, text) => expect(errorText(thrown)).toBe(text))
