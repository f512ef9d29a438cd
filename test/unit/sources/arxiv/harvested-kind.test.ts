import { expect, test } from 'vitest'
import { withDetails } from '../../../../src/sources/arxiv/arxiv-client.ts'
import { harvestedKind, kindAfterDetails } from '../../../../src/sources/arxiv/parse-oai.ts'
import { isWithdrawn } from '../../../../src/sources/arxiv/read-xml.ts'
import type { SourceRecord } from '../../../../src/sources/source.ts'

const record = (id: string, more: Partial<SourceRecord> = {}): SourceRecord => ({
  keys: [{ scheme: 'arxiv', value: id }],
  title: 'T',
  abstract: 'A',
  authors: ['Ana Li'],
  categories: ['cs.CL', 'cs.LG'],
  keywords: [],
  ...more,
})

const at = (day: string) => new Date(`${day}T00:00:00Z`)

interface Case {
  id?: string
  created?: string
  updated?: string
  isUnseen?: boolean
  section?: string
  day?: string
}

const kind = ({
  id = '2607.04420',
  isUnseen = true,
  section = 'cs.CL',
  day = '2026-07-20',
  ...times
}: Case) =>
  harvestedKind({
    record: record(id),
    dates: {
      created: times.created ? at(times.created) : undefined,
      updated: times.updated ? at(times.updated) : undefined,
    },
    day,
    section,
    isUnseen,
  })

test.each<[string, Case, string | undefined]>([
  ['submitted the day before', { created: '2026-07-19' }, 'new'],
  ['the same, listed under another category', { created: '2026-07-19', section: 'cs.LG' }, 'cross'],
  ['fourteen days before', { created: '2026-07-06', updated: '2026-07-20' }, 'new'],
  ['fifteen days before, and changed since', { created: '2026-07-05', updated: '2026-07-20' }, 'revised'],
  ['held for weeks and never changed', { created: '2026-06-20' }, 'new'],
  ['a new version of a paper of last year', { id: '2507.00001', created: '2026-07-19' }, 'revised'],
  ['the reference of a paper of last year', { id: '2507.00001', created: '2025-07-01' }, 'revised'],
  ['an old id', { id: 'hep-th/9907001', created: '2026-07-19' }, 'revised'],
  [
    'an id of last month, early in a month',
    { id: '2606.20000', created: '2026-07-01', day: '2026-07-02' },
    'new',
  ],
  ['an id of last month, late in a month', { id: '2606.20000', created: '2026-07-19' }, 'revised'],
  ['over the end of a year', { id: '2512.20000', created: '2025-12-30', day: '2026-01-02' }, 'new'],
  ['listed on another day, and new of late', { created: '2026-07-19', isUnseen: false }, 'revised'],
  ['listed on another day, its reference came', { created: '2026-07-01', isUnseen: false }, undefined],
  ['without any date', {}, 'new'],
  ['listed on another day, without any date', { isUnseen: false }, undefined],
])('%s', (_what, given, expected) => {
  expect(kind(given)).toBe(expected)
})

test.each<[string, Partial<SourceRecord>, string]>([
  ['a first version', { kind: 'new', version: 1, publishedAt: at('2026-06-01') }, 'new'],
  [
    'a third one, of a paper of last month',
    { kind: 'new', version: 3, publishedAt: at('2026-07-05') },
    'revised',
  ],
  [
    'a second one, a week after the first',
    { kind: 'cross', version: 2, publishedAt: at('2026-07-12') },
    'cross',
  ],
  ['a version that is not known', { kind: 'new', publishedAt: at('2026-06-01') }, 'new'],
])('the kind after details are known: %s', (_what, more, expected) => {
  expect(kindAfterDetails(record('2607.04420', more), '2026-07-20')).toBe(expected)
})

test('details are added to a record; what the feed contains about the paper stays', () => {
  const details = record('2607.04420', {
    title: 'Another title',
    abstract: 'Another abstract',
    version: 2,
    authors: ['Ana Li', 'Bo Xu'],
    categories: ['cs.LG', 'cs.CL'],
    keys: [
      { scheme: 'arxiv', value: '2607.04420' },
      { scheme: 'doi', value: '10.1000/a' },
    ],
    publishedAt: at('2026-07-19'),
    withdrawnAt: at('2026-07-20'),
  })
  expect(withDetails(record('2607.04420', { kind: 'new', version: 2 }), details)).toEqual({
    ...details,
    kind: 'new',
    title: 'T',
    abstract: 'A',
  })
  expect(withDetails(record('2607.04420'), undefined)).toEqual(record('2607.04420'))
})

test('an older version gives only what is true of all versions', () => {
  const details = record('2607.04420', { version: 1, authors: ['X'], publishedAt: at('2026-07-01') })
  expect(withDetails(record('2607.04420', { version: 2 }), details)).toEqual(
    record('2607.04420', { version: 2, publishedAt: at('2026-07-01') }),
  )
})

test.each([
  ['This paper has been withdrawn by the author', true],
  ['This paper has been withdrawn.', true],
  ['The submission is being withdrawn due to an error', true],
  ['Withdrawn because of a wrong lemma', true],
  ['Article was withdrawn', true],
  ['12 pages, 3 figures', false],
  ['This paper was withdrawn from a conference', false],
  ['We study withdrawn drugs', false],
  [undefined, false],
])('a comment of a withdrawn paper: %s: %s', (comment, expected) => {
  expect(isWithdrawn(comment)).toBe(expected)
})
