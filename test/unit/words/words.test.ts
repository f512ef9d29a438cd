import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorTable } from '../../../src/platform/error-table.ts'
import { en } from '../../../src/words/en.ts'
import { TemplateEngine } from '../../../src/words/template-engine.ts'
import { counted, fill, fillHtml, listed, words } from '../../../src/words/words.ts'

const root = resolve(import.meta.dirname, '../../..')

const filesIn = (folder: string, ending: RegExp): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => ending.test(path) && !/generated|words\/en\.ts$/.test(path))
    .map((path) => join(folder, path))

// The compiler sees to what TypeScript reads.
const templates = filesIn('templates', /\.(eta|mjml|txt|json)$/)
const readers = [...filesIn('src', /\.ts$/), ...templates]

/** Every place that reads a word, as "pages.title", or "weekdays" where the last part is computed. */
const readsOf = (path: string): string[] =>
  [...readFileSync(join(root, path), 'utf8').matchAll(/(?<![\w./])words((?:\.\w+)+)(\[)?/g)].map(([, keys]) =>
    keys!.slice(1),
  )

/** "pages.title": a sentence, or its forms by count. */
function leavesOf(value: unknown, path = ''): string[] {
  if (typeof value === 'string') return [path]
  const keys = Object.keys(value as object)
  if (keys.includes('one') && keys.includes('other')) return [path]
  return keys.flatMap((key) =>
    leavesOf((value as Record<string, unknown>)[key], path ? `${path}.${key}` : key),
  )
}

const leaves = leavesOf(en)
const reads = new Set(readers.flatMap(readsOf))

describe('every word', () => {
  test('that is read is there', () => {
    const there = (path: string) => leaves.some((leaf) => leaf === path || leaf.startsWith(`${path}.`))
    const missing = templates.flatMap((file) =>
      readsOf(file)
        .filter((path) => !there(path) && !there(path.replace(/\.(one|other|length)$/, '')))
        .map((path) => `${file}: ${path}`),
    )
    expect(missing).toEqual([])
  })

  test('that is there is read', () => {
    const isRead = (leaf: string) => [...reads].some((path) => leaf === path || leaf.startsWith(`${path}.`))
    expect(leaves.filter((leaf) => !isRead(leaf))).toEqual([])
  })

  test('of an error code belongs to one', () => {
    expect(Object.keys(en.errors).sort()).toEqual(Object.keys(errorTable).sort())
  })

  test('holds markup only where its key says so', () => {
    const textOf = (leaf: string) =>
      JSON.stringify(
        leaf.split(/\.(?![^.]*-)/).reduce((at: unknown, key) => (at as Record<string, unknown>)?.[key], en),
      )
    expect(leaves.filter((leaf) => !leaf.endsWith('Html') && /<\w/.test(textOf(leaf) ?? ''))).toEqual([])
  })
})

test('sentences are filled in; what has no value stays in sight', () => {
  expect(fill('{a} and {b}', { a: 1 })).toBe('1 and {b}')
  expect(fillHtml('<b>{a}</b>', { a: '<i>"&\'' })).toBe('<b>&lt;i&gt;&quot;&amp;&#39;</b>')
})

test('a count chooses its form', () => {
  expect([0, 1, 2].map((count) => counted(count, words.counts.vote))).toEqual([
    '0 votes',
    '1 vote',
    '2 votes',
  ])
  expect(counted(1, { one: '{count} on {day}', other: '' }, { day: 'Monday' })).toBe('1 on Monday')
})

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c'], 'a, b and c'],
])('%j listed', (items, text) => expect(listed(items)).toBe(text))

test('templates and their parts know the words', () => {
  const engine = new TemplateEngine({})
  engine.loadTemplate('@part', '<%= counted(it.n, words.counts.paper) %>')
  expect(engine.renderString('<%~ include("@part", { n: 2 }) %>', {})).toBe('2 papers')
})
