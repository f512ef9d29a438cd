import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { Fault } from '../../../src/core/errors.ts'
import { parseIdentifier } from '../../../src/sources/identifier.ts'
import { type NamedSource, parseSourceName, requireSource, SOURCES } from '../../../src/sources/registry.ts'
import {
  type FetchedDay,
  identifierText,
  type Source,
  type SourceRecord,
  sourceRecord,
} from '../../../src/sources/source.ts'
import { inZone } from '../../support/in-zone.ts'
import { type RecordedAnswer, type Recording, recordingsOf, replay } from '../../support/recorded-answers.ts'

// The rules for each source of the registry. A new one is tested as soon as it has its folder, line and recording.

const root = resolve(import.meta.dirname, '../../..')
const HOUR_MS = 3_600_000

const all: readonly Source[] = SOURCES

test('each folder with a calendar is a source of the registry, and each source is in one', () => {
  const folders = readdirSync(join(root, 'src/sources')).filter((name) =>
    existsSync(join(root, 'src/sources', name, 'calendar.ts')),
  )
  const unnamed = folders.filter((folder) => !all.some(({ name }) => name === folder))
  expect(unnamed, 'no source of these: add a line to SOURCES in src/sources/registry.ts').toEqual([])
  const files = folders.flatMap((folder) => readdirSync(join(root, 'src/sources', folder)))
  const without = all.filter(({ name }) => !files.includes(`${name}.ts`))
  expect(without.map(({ name }) => name)).toEqual([])
})

test.each(['name', 'title'] as const)('no two sources have the same %s', (property) => {
  const values = all.map((source) => source[property].toLowerCase())
  expect(new Set(values).size).toBe(values.length)
})

test('two sources with the same setting have the same address', () => {
  const addresses = new Map<string, string>()
  for (const [setting, address] of all.flatMap(({ baseUrls }) => Object.entries(baseUrls)))
    expect(addresses.set(setting, addresses.get(setting) ?? address).get(setting)).toBe(address)
})

describe.each(all.map((source) => [source.name, source] as const))('the source %s', (name, source) => {
  const recordings = recordingsOf(name)

  test('has a recording', () => {
    const section = source.sections?.required ? `:${source.sections.example}` : ''
    const command = `npm run record -- ${name}${section} --day YYYY-MM-DD`
    expect(recordings, `no recording in test/fixtures/${name}/recorded: run ${command}`).not.toEqual([])
  })

  describe.each(recordings.map((one) => [`${one.source} of ${one.day}, requested ${one.now}`, one] as const))(
    'the recording %s',
    (_, recording) => {
      const named = requireSource(recording.source)

      test('is of this source, and requests no other address', () => {
        expect(named.source.name).toBe(name)
        const begins = addressesOf(named)
        const elsewhere = recording.answers.filter(
          ({ url }) => !begins.some((begin) => url.startsWith(begin)),
        )
        expect(elsewhere.map(({ url }) => url)).toEqual([])
      })

      test('has everything that is required, and papers', async () => {
        const { records, missing } = await replay(named, recording)
        expect(missing).toEqual([])
        expect(records.length).toBeGreaterThan(0)
      })

      test('becomes records of the common schema', async () => {
        const { records } = await replay(named, recording)
        for (const record of records) expect(sourceRecord.strict().parse(record)).toEqual(record)
      })

      test('has identifiers that are written as we write them', async () => {
        const { records } = await replay(named, recording)
        const keys = records.flatMap((record) => record.keys)
        expect(keys.length).toBeGreaterThan(0)
        expect(keys.map(({ value }) => parseIdentifier(value)?.key)).toEqual(keys)
      })

      test('has no control character and no lone surrogate', async () => {
        const { records } = await replay(named, recording)
        const texts = records.flatMap(textsIn)
        expect(texts.filter((text) => /\p{Cc}/u.test(text) || !text.isWellFormed())).toEqual([])
      })

      test('is read the same way twice, in any time zone', async () => {
        const once = await replay(named, recording)
        const again = await inZone('Pacific/Kiritimati', () => replay(named, recording))
        expect(again).toEqual(once)
      })

      describe.each(Object.entries(NO_ANSWERS))('a response that is %s', (_what, spoil) => {
        test.each(recording.answers.map(({ url }, place) => [place, url]))(
          'at position %i is all or nothing: %s',
          async (place) => {
            const answers = recording.answers.map((answer, i) => (i === place ? spoil(answer) : answer))
            await expectAllOrNothing(named, recording, answers)
          },
        )
      })

      test.each(Object.entries(WRONG_TYPES))('one response with %s adds no paper', async (_what, spoil) => {
        const whole = namesOf((await replay(named, recording)).records)
        for (const place of recording.answers.keys()) {
          const answers = recording.answers.map((answer, i) => (i === place ? spoil(answer) : answer))
          const { records } = await fetchedOrNothing(named, { ...recording, answers })
          expect(namesOf(records).filter((one) => !whole.includes(one))).toEqual([])
        }
      })

      test.each(Object.entries(WRONG_TYPES))(
        'every response with %s gives no paper',
        async (_what, spoil) => {
          await expectNothing(named, { ...recording, answers: recording.answers.map(spoil) })
        },
      )
    },
  )

  test('has a considerate fetch policy', () => {
    const { service, gapMs, timeoutMs, maxBytes, defaultPauseSeconds, maxPauseMs } = source.fetchPolicy
    expect(service).toMatch(/^[a-z][a-z0-9-]*$/)
    expectBetween(gapMs, 0, 60_000)
    expectBetween(timeoutMs, 5000, 120_000)
    expectBetween(maxBytes, 100_000, 64_000_000)
    expectBetween(defaultPauseSeconds, 1, 3600)
    expectBetween(maxPauseMs, 1000, HOUR_MS)
  })

  test.each(Object.entries(source.baseUrls))(
    'has an https URL that a setting replaces: %s',
    (setting, address) => {
      expect(address).toMatch(/^https:\/\/[^/?#]+(\/[^?#]*[^/?#])?$/)
      const moved = readConfig({ [setting]: 'http://127.0.0.1:18080' }) as unknown as Record<string, unknown>
      expect(moved[setting]).toBe('http://127.0.0.1:18080')
      expect((readConfig({}) as unknown as Record<string, unknown>)[setting]).toBe(address)
    },
  )

  test('is probed at one of its URLs', () => {
    const section = source.sections?.example
    const url = source.probe(source.baseUrls, '2027-03-03', section)
    expect(URL.canParse(url)).toBe(true)
    expect(addressesOf({ source, section }).some((address) => url.startsWith(address))).toBe(true)
  })

  test('is accepted in SOURCES, with its sections and no others', () => {
    const { sections } = source
    expect(name).toMatch(/^[a-z][a-z0-9-]*$/)
    expect(parseSourceName(name) !== undefined).toBe(!sections?.required)
    expect(parseSourceName(`${name}:`)).toBeUndefined()
    expect(parseSourceName(`${name}:no such section`)).toBeUndefined()
    if (sections)
      expect(parseSourceName(`${name}:${sections.example}`)).toEqual({ source, section: sections.example })
  })

  test('is in the documentation for operators', () => {
    const advice = `${name} is missing from README.md, docs/ and .env.example: say what SOURCES takes`
    expect(operatorsRead.includes(name), advice).toBe(true)
  })
})

/** A source without addresses of its own has one in each section. */
const addressesOf = ({ source, section = '' }: NamedSource): string[] =>
  Object.keys(source.baseUrls).length > 0 ? Object.values(source.baseUrls) : [section]

const operatorsRead = [
  'README.md',
  '.env.example',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
]
  .filter((path) => /\.(md|example)$/.test(path))
  .map((path) => readFileSync(join(root, path), 'utf8'))
  .join('\n')

type Spoil = (answer: RecordedAnswer) => RecordedAnswer

const withBody =
  (body: string, type?: string): Spoil =>
  (answer) => ({
    ...answer,
    ...(type && { headers: { 'content-type': type } }),
    body,
  })
const HTML = '<!doctype html><html><head><title>Back soon</title></head><body><p>Back soon<br></body></html>'

/** Answers with which nothing can be done: all of a day stands or falls with each. */
const NO_ANSWERS: Record<string, Spoil> = {
  'a page of HTML': withBody(HTML, 'text/html'),
  'a page of HTML that calls itself something else': withBody(HTML),
  'cut off': (answer) => ({ ...answer, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) }),
  'cut off at its last sign': (answer) => ({ ...answer, body: answer.body.trimEnd().slice(0, -1) }),
  empty: withBody(''),
  null: withBody('null'),
  'a number': withBody('42'),
  '400': (answer) => ({ ...answer, status: 400, body: 'Bad request' }),
  '404': (answer) => ({ ...answer, status: 404, body: 'Not found' }),
}

/** Answers that look whole, and hold something else than ever before. */
const WRONG_TYPES: Record<string, Spoil> = {
  'each text a number, each number an object': (answer) => ({ ...answer, body: retyped(answer.body) }),
  'each text empty': (answer) => ({ ...answer, body: emptied(answer.body) }),
  'a list of lists': withBody('[[],[[]]]'),
  'a list of numbers and nulls': withBody('[1,null,-0.5]'),
  'an object in place of a list': withBody('{"0":{},"collection":{},"messages":{}}'),
  'elements of other names': withBody('<?xml version="1.0"?><a><b c="d">e</b></a>'),
}

const isXml = (body: string): boolean => body.trimStart().startsWith('<')

// Of XML, names are all that has a type.
const retyped = (body: string): string =>
  isXml(body)
    ? body.replace(/(<\/?)(?![?!])([\w:]+)/g, '$1x-$2')
    : JSON.stringify(JSON.parse(body), (_, value) =>
        typeof value === 'string' ? value.length : typeof value === 'number' ? {} : value,
      )

const emptied = (body: string): string =>
  isXml(body)
    ? body.replace(/>[^<]+</g, '><')
    : JSON.stringify(JSON.parse(body), (_, value) => (typeof value === 'string' ? '' : value))

/** The source did without the answer, or there is nothing: never some of the records, never another error. */
async function expectAllOrNothing(named: NamedSource, recording: Recording, answers: RecordedAnswer[]) {
  const whole = await replay(named, recording)
  const spoilt = await fetchedOrNothing(named, { ...recording, answers })
  if (spoilt.records.length > 0) expect(namesOf(spoilt.records)).toEqual(namesOf(whole.records))
}

async function expectNothing(named: NamedSource, recording: Recording) {
  expect((await fetchedOrNothing(named, recording)).records).toEqual([])
}

async function fetchedOrNothing(named: NamedSource, recording: Recording): Promise<FetchedDay> {
  try {
    return await replay(named, recording)
  } catch (error) {
    expect(error).toBeInstanceOf(Fault)
    expect((error as Fault).code).toMatch(/^source\./)
    expect((error as Fault).message).not.toMatch(/\{\w+\}/)
    return { records: [], refused: [] }
  }
}

const namesOf = (records: SourceRecord[]): string[] =>
  records.map(({ keys, title }) => keys.map(identifierText)[0] ?? title)

const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value]
  return value && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : []
}

const expectBetween = (value: number, least: number, most: number): void => {
  expect(value).toBeGreaterThanOrEqual(least)
  expect(value).toBeLessThanOrEqual(most)
}
