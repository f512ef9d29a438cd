import { expect, test } from 'vitest'
import { parsePublished, readPublished, unknownIn } from '../../../../scripts/release/published.ts'

const known = {
  repository: 'https://code.example.org/lab/daily-papers',
  package: '@lab/daily-papers',
  image: 'images.example.org/lab/daily-papers',
  demo: 'https://lab.example.org/demo',
  docs: 'https://lab.example.org/docs',
  digests: { 'postgres:17': `sha256:${'0'.repeat(64)}` },
  actions: { 'actions/checkout@v6': '0'.repeat(40) },
}

test('`published.json` has only addresses and pins', () => {
  expect(Object.keys(readPublished().digests)).toContain('postgres:17')
})

test('`unknownIn` names each empty value', () => {
  expect(unknownIn(parsePublished(known))).toEqual([])
  const empty = {
    ...known,
    package: '',
    demo: '',
    digests: { 'postgres:17': '' },
    actions: { 'actions/checkout@v6': '' },
  }
  expect(unknownIn(parsePublished(empty))).toEqual([
    'package',
    'demo',
    'digests postgres:17',
    'actions actions/checkout@v6',
  ])
})

test.each([
  ['repository', 'http://code.example.org/lab/daily-papers'],
  ['docs', 'https://lab.example.org/docs/'],
  ['package', 'Daily Papers'],
  ['image', 'daily-papers:1.0.0'],
  ['digests', { 'postgres:17': 'sha256:17' }],
  ['actions', { 'actions/checkout@v6': 'v6' }],
  ['homepage', ''],
])('`parsePublished` refuses a wrong %s', (name, value) => {
  expect(() => parsePublished({ ...known, [name]: value })).toThrow()
})
