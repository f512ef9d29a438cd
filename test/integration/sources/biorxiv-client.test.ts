import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { biorxiv } from '../../../src/sources/biorxiv/biorxiv.ts'
import { medrxiv } from '../../../src/sources/biorxiv/medrxiv.ts'
import type { Source } from '../../../src/sources/source.ts'
import { startBiorxivServer } from '../../support/biorxiv-server.ts'
import type { JsonServer, Trouble } from '../../support/json-server.ts'
import { recordDay } from '../../support/recorded-answers.ts'

const DAY = '2026-01-05'
const fixtures = resolve(import.meta.dirname, '../../fixtures')
let server: JsonServer | undefined
let folder: string
let waits: number[]
let warnings: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'biorxiv-'))
  waits = []
  warnings = []
})
afterEach(async () => {
  await server?.close()
  server = undefined
  rmSync(folder, { recursive: true, force: true })
})

describe.each([
  {
    preprints: biorxiv,
    title: 'bioRxiv',
    subjects: ['cell_biology', 'cell-biology', 'Cell-Biology'].map((text) => [
      text,
      'cell_biology',
      'cell biology',
    ]),
  },
  {
    preprints: medrxiv,
    title: 'medRxiv',
    subjects: [
      ['Health_Economics', 'health_economics', 'health economics'],
      ['hiv-aids', 'hiv_aids', 'hiv aids'],
    ],
  },
])('$title', ({ preprints, subjects }) => {
  type Options = Partial<Parameters<typeof startBiorxivServer>[0]>

  async function serve(options: Options = {}, ...troubles: Trouble[]): Promise<JsonServer> {
    server = await startBiorxivServer({ folder: join(fixtures, preprints.name, 'daily'), ...options })
    server.troubles.push(...troubles)
    return server
  }

  /** A day of so many papers, each with a DOI of its own. */
  function fill(count: number): string {
    const entry = (n: number) => ({
      title: `Paper ${n}`,
      doi: `10.64898/2026.01.05.${n}`,
      version: '1',
      category: 'ecology',
    })
    writeFileSync(
      join(folder, `${DAY}.json`),
      JSON.stringify(Array.from({ length: count }, (_, n) => entry(n))),
    )
    return folder
  }

  const fetchDay = ({
    day = DAY,
    section = undefined as string | undefined,
    source = preprints as Source,
  } = {}) =>
    recordDay({
      ...{ source, section, day, now: new Date(`${DAY}T12:00:00Z`), contact: 'operator@papers.example' },
      urls: { BIORXIV_URL: server!.url },
      wait: async (ms) => void waits.push(ms),
      warn: (what) => void warnings.push(what),
    })

  const paths = () => server!.requests.map(({ path }) => path)

  describe('pages', () => {
    test('a day is fetched completely, and requests contain the contact', async () => {
      await serve()
      const { records, refused } = await fetchDay()
      expect(records.map(({ kind, version }) => [kind, version])).toEqual([
        ...[
          ['new', 1],
          ['new', 1],
          ['revised', 2],
          ['new', 1],
          ['new', 1],
          ['new', 1],
        ],
      ])
      expect(refused).toEqual([])
      expect(server!.requests).toEqual(
        [0, 6].map((cursor) => ({
          path: `/details/${preprints.name}/${DAY}/${DAY}/${cursor}/json`,
          userAgent: 'daily-papers (operator@papers.example)',
        })),
      )
      expect(waits).toEqual([1000])
      expect(warnings).toEqual([])
    })

    test.each([30, 100, 7])('of %i are followed by the number of their entries', async (perPage) => {
      await serve({ folder: fill(145), perPage })
      const { records } = await fetchDay()
      expect(records.map(({ title }) => title)).toEqual(Array.from({ length: 145 }, (_, n) => `Paper ${n}`))
      expect(paths()).toHaveLength(Math.ceil(145 / perPage) + 1)
    })

    test.each([
      ['more than there is', '212', ['it says that it has 212 entries, and gave 145']],
      ['less than there is', 30, []],
      ['nothing that is a number', 'many', []],
      ['as many as cannot be read', 900_000, ['it says that it has 900000 entries, and gave 145']],
    ])('a total of %s is ignored', async (_what, total, said) => {
      await serve({ folder: fill(145), total })
      expect((await fetchDay()).records).toHaveLength(145)
      expect(paths()).toHaveLength(6)
      expect(warnings).toEqual(said)
    })

    test('two requests are sent to a service that repeats its first page', async () => {
      await serve({ folder: fill(145), ignoresCursor: true })
      expect((await fetchDay()).records).toHaveLength(30)
      expect(paths()).toHaveLength(2)
    })

    test('a service that never ends gets a hundred requests', async () => {
      await serve({ folder: fill(150), perPage: 1 })
      expect((await fetchDay()).records).toHaveLength(100)
      expect(warnings).toEqual(['it has more than 100 pages: the others are left out'])
    })

    test('a day on which nothing was posted has no papers', async () => {
      await serve()
      expect((await fetchDay({ day: '2026-01-04' })).records).toEqual([])
      expect(paths()).toHaveLength(1)
    })

    test.each(subjects)('%s is one subject', async (section, category, keyword) => {
      await serve()
      const { records } = await fetchDay({ section })
      expect(records.map(({ keywords }) => keywords)).toEqual([[keyword]])
      expect(paths()[0]).toBe(`/details/${preprints.name}/${DAY}/${DAY}/0/json?category=${category}`)
    })

    test.each(subjects)(
      'of %s are only its papers, also if the service ignores it',
      async (section, _, keyword) => {
        await serve({ ignoresCategory: true, perPage: 4 })
        const { records } = await fetchDay({ section })
        expect(records.map(({ keywords }) => keywords)).toEqual([[keyword]])
        expect(warnings).toEqual([])
      },
    )
  })

  describe('problems', () => {
    const four = (failure: Trouble): Trouble[] => Array.from({ length: 4 }, () => failure)

    test.each<[string, Trouble]>([
      ['503', { kind: 'status', status: 503 }],
      ['cut off', { kind: 'cut-off' }],
      ['HTML', { kind: 'html' }],
      ['half of it', { kind: 'body', body: '{"messages":[{"status":"ok"}],"collection":[{"title"' }],
      [
        'an empty list that is not well',
        { kind: 'body', body: '{"messages":[{"status":"error: try later"}],"collection":[]}' },
      ],
    ])('%s passes', async (_what, failure) => {
      await serve({ perPage: 4 }, ...four(failure))
      expect((await fetchDay()).records).toHaveLength(6)
      expect(waits.slice(0, 4)).toEqual([1000, 2000, 4000, 8000])
    })

    test('a slow response passes', async () => {
      await serve({ perPage: 4 }, ...four({ kind: 'slow', ms: 10_000 }))
      const source = { ...preprints, fetchPolicy: { ...preprints.fetchPolicy, timeoutMs: 1000 } }
      expect((await fetchDay({ source })).records).toHaveLength(6)
      expect(waits.slice(0, 4)).toEqual([1000, 2000, 4000, 8000])
    })

    test.each<[string, string, Trouble]>([
      ['503', 'source.failing', { kind: 'status', status: 503 }],
      ['404', 'source.refused', { kind: 'status', status: 404 }],
      ['400', 'source.refused-date', { kind: 'status', status: 400 }],
      ['HTML', 'source.not-json', { kind: 'html' }],
      ['a list', 'source.not-json', { kind: 'body', body: '[]' }],
      [
        'a 429 with Retry-After',
        'source.rate-limited',
        { kind: 'rate-limited', headers: { 'retry-after': '3600' } },
      ],
    ])('%s on the second page fails the day', async (_what, code, failure) => {
      await serve({ perPage: 4 }, { kind: 'slow', ms: 0 }, failure, ...four(failure))
      await expect(fetchDay()).rejects.toMatchObject({ code, values: { source: preprints.name, day: DAY } })
    })

    const holding = (entries: string): Trouble => ({
      kind: 'body',
      body: `{"messages":[{"status":"ok"}],"collection":${entries}}`,
    })

    test.each([
      ['deeper than anybody can walk', '['.repeat(100_000) + ']'.repeat(100_000)],
      ['with a million numbers', `[${Array(1_000_000).fill(1).join()}]`],
    ])('a list %s is not a list of entries', async (_what, entries) => {
      await serve({}, holding(entries), ...four(holding(entries)))
      await expect(fetchDay()).rejects.toMatchObject({ code: 'source.not-json' })
    })

    test('pages that exceed the limit together are not stored', async () => {
      const page = (n: number) =>
        holding(JSON.stringify([{ title: `${n}`, abstract: 'a'.repeat(1_500_000) }]))
      await serve({}, ...[1, 2, 3].map(page))
      await expect(fetchDay()).rejects.toMatchObject({ code: 'source.too-large' })
      expect(paths()).toHaveLength(3)
    })

    test('an endless response is not read', async () => {
      await serve({}, { kind: 'body', body: 'x'.repeat(20_000) })
      const source = { ...preprints, fetchPolicy: { ...preprints.fetchPolicy, maxBytes: 10_000 } }
      await expect(fetchDay({ source })).rejects.toMatchObject({ code: 'source.too-large' })
    })

    test('a response without a readable entry is reported', async () => {
      await serve(
        {},
        { kind: 'body', body: '{"messages":[{"status":"ok"}],"collection":[{"rel_title":"T"},{}]}' },
      )
      await expect(fetchDay({ day: '2026-01-04' })).rejects.toMatchObject({
        code: 'source.unreadable',
        values: { count: 2, why: 'title: absent, or no text' },
      })
    })
  })
})
