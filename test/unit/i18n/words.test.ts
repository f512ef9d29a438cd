import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { en } from '../../../src/i18n/en.ts'
import { TemplateEngine } from '../../../src/i18n/template-engine.ts'
import { counted, fill, fillHtml, listed, pluralizerFor, words } from '../../../src/i18n/words.ts'
import { ALL_ERRORS } from '../../support/error-codes.ts'
import {
  type Dictionary,
  deadWords,
  isLeaf,
  leavesOf,
  missingWords,
  type Reader,
} from '../../support/word-reads.ts'

const root = resolve(import.meta.dirname, '../../..')

const filesIn = (folder: string, ending: RegExp): Reader[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => ending.test(path) && !/generated|i18n\/en/.test(path))
    .map((path) => join(folder, path))
    .map((path) => ({ path, source: readFileSync(join(root, path), 'utf8') }))

// The compiler sees to what TypeScript reads.
const templates = [...filesIn('templates', /\.(eta|mjml|txt|json)$/), ...filesIn('src', /\.eta$/)]
const readers = [...filesIn('src', /\.ts$/), ...templates]
const leaves = leavesOf(en)
const DEAD = 'readByNobody'

describe('each entry of the catalogue', () => {
  test('exists if a template reads it', () => {
    expect(templates.flatMap((file) => missingWords(en, file))).toEqual([])
  })

  test('is used in src or templates', () => {
    expect(deadWords(en, readers)).toEqual([])
  })

  test('is reported if no code reads it, in any part', () => {
    const parts = partsOf(en)
    const isRead = new Set(
      deadWords(withDead(en), readers).map((path) => path.replace(/\.?readByNobody$/, '')),
    )
    // Pages list all entries of these.
    const listed = [
      'about.promised',
      'account.erase.going',
      'account.erase.staying',
      'admin.actions.heads',
      'admin.bounces.classHeads',
      'admin.bounces.domainHeads',
      'admin.bounces.heads',
      'admin.days.columns',
      'admin.days.heads',
      'admin.delivery.heads',
      'admin.messages.heads',
      'admin.overview.see',
      'admin.sources.heads',
      'admin.subscriber.consentHeads',
      'admin.subscribers.heads',
      'admin.subscribers.sorts',
      'admin.suppressions.heads',
      'admin.topics.heads',
      'admin.topics.holderHeads',
      'form.details',
      'form.formats',
      'privacy.subscribing.kept',
      'weekdays',
      'weekdaysShort',
    ]
    expect(parts.filter((path) => !isRead.has(path)).sort()).toEqual(listed)
  })

  test('under errors has the code of an error', () => {
    const codes = Object.keys(ALL_ERRORS)
    expect(Object.keys(en.errors).filter((code) => !codes.includes(code))).toEqual([])
  })

  test('has markup only if its key ends in Html', () => {
    const marked = [...leaves].filter(([, text]) => /<\w/.test(JSON.stringify(text)))
    expect(marked.map(([path]) => path).filter((path) => !path.endsWith('Html'))).toEqual([])
  })

  test('with plural forms has those of the language', () => {
    const { pluralCategories } = new Intl.PluralRules(en.language).resolvedOptions()
    const others = [...leaves].filter(
      ([, forms]) => typeof forms === 'object' && pluralCategories.some((form) => !(form in forms)),
    )
    expect(others).toEqual([])
  })
})

/** The parts of the dictionary that hold sentences; "" is the whole. */
const partsOf = (part: Dictionary, path = ''): string[] => [
  path,
  ...Object.entries(part).flatMap(([key, value]) =>
    typeof value === 'string' || isLeaf(value) ? [] : partsOf(value, path ? `${path}.${key}` : key),
  ),
]

/** The same, with an unused sentence in every part. */
const withDead = (part: Dictionary): Dictionary => ({
  ...Object.fromEntries(
    Object.entries(part).map(([key, value]) => [
      key,
      typeof value === 'string' || isLeaf(value) ? value : withDead(value),
    ]),
  ),
  [DEAD]: 'No code reads this.',
})

test.each([
  ['under the name of a part', 'const note = words.note\nnote.lead'],
  ['under a name of a name', 'const { note: forms } = words\nconst n = forms\nn.lead'],
  ['taken out by name', 'const { lead } = words.note'],
  ['in one of two', '<% const w = it.is ? words.other : words.note %><%= w.lead %>'],
  ['by a key that is computed', "words.note[is === 'lead' ? is : 'heading']"],
])('deadWords reports what is not read %s', (_how, source) => {
  const dictionary = { note: { lead: 'Read', hint: 'Not read' }, other: { lead: 'Too' } }
  expect(deadWords(dictionary, [{ path: 'a.eta', source }])).toContain('note.hint')
  expect(deadWords(dictionary, [{ path: 'a.eta', source }])).not.toContain('note.lead')
})

test('fill keeps names without a value', () => {
  expect(fill('{a} and {b}', { a: 1 })).toBe('1 and {b}')
  expect(fillHtml('<b>{a}</b>', { a: '<i>"&\'' })).toBe('<b>&lt;i&gt;&quot;&amp;&#39;</b>')
})

test('counted chooses the plural form', () => {
  expect([0, 1, 2].map((count) => counted(count, words.counts.vote))).toEqual([
    '0 votes',
    '1 vote',
    '2 votes',
  ])
  expect(counted(1, { one: '{count} on {day}', other: '' }, { day: 'Monday' })).toBe('1 on Monday')
  expect(counted(1, { other: '{count} all the same' })).toBe('1 all the same')
})

test('pluralizerFor uses the forms of its language', () => {
  const inPolish = pluralizerFor(new Intl.PluralRules('pl'))
  const forms = { one: '{count} głos', few: '{count} głosy', many: '{count} głosów', other: '{count} głosu' }
  expect([1, 2, 5, 22, 1.5].map((count) => inPolish(count, forms))).toEqual([
    '1 głos',
    '2 głosy',
    '5 głosów',
    '22 głosy',
    '1.5 głosu',
  ])
})

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c'], 'a, b and c'],
])('listed joins %j', (items, text) => expect(listed(items)).toBe(text))

test('templates and their parts can use the catalogue', () => {
  const engine = new TemplateEngine({})
  engine.loadTemplate('@part', '<%= counted(it.n, words.counts.paper) %>')
  expect(engine.renderString('<%~ include("@part", { n: 2 }) %>', {})).toBe('2 papers')
})
