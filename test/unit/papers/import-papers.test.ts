import { expect, test } from 'vitest'
import { parseList } from '../../../src/papers/import-papers.ts'

test('parseList accepts an entry with a title and a summary', () => {
  expect(parseList([{ title: 'A\n title', summary: 'What it says.' }])).toEqual({
    records: [
      { keys: [], title: 'A title', abstract: 'What it says.', authors: [], categories: [], keywords: [] },
    ],
    refused: [],
  })
})

test('`parseList` reads every field', () => {
  const { records } = parseList([
    {
      id: 'http://arxiv.org/abs/2507.06457v2',
      title: 'A title',
      summary: 's',
      authors: ['A. One', 'A. Two', 'A. One'],
      published: '2025-07-08',
      categories: ['cs.CL', 'cs.LG', 'cs.CL'],
      keywords: ['linear attention'],
      code: 'https://github.com/one/two',
      project: 'https://project.example/',
      organization: 'The Lab',
      votes: 41,
      comments: 4,
      daysAgo: 0,
    },
  ])
  expect(records).toEqual([
    {
      keys: [{ scheme: 'arxiv', value: '2507.06457' }],
      version: 2,
      title: 'A title',
      abstract: 's',
      authors: ['A. One', 'A. Two', 'A. One'],
      publishedAt: new Date('2025-07-08T00:00:00Z'),
      categories: ['cs.CL', 'cs.LG'],
      keywords: ['linear attention'],
      codeUrl: 'https://github.com/one/two',
      projectUrl: 'https://project.example/',
      organization: 'The Lab',
      votes: 41,
      comments: 4,
    },
  ])
})

test('parseList ignores our own number, which identifies nothing elsewhere', () => {
  expect(parseList([{ id: 'id:17', title: 'A title' }]).records[0]?.keys).toEqual([])
})

test('parseList refuses an entry without a title', () => {
  const { records, refused } = parseList([{ summary: 's' }, { title: '  ' }, 'text', { title: 'A title' }])
  expect(records).toHaveLength(1)
  expect(refused.map(({ index }) => index)).toEqual([0, 1, 2])
})

test('parseList keeps the beginning of a text that is too long', () => {
  const beginning = 'a'.repeat(1999)
  const long = `${beginning}\u{1d54f}${'b'.repeat(10_000_000)}`
  const { records } = parseList([{ title: long, summary: long, authors: [long] }])
  expect(records).toEqual([
    {
      keys: [],
      title: beginning,
      abstract: `${beginning}\u{1d54f}${'b'.repeat(17_999)}`,
      authors: [beginning],
      categories: [],
      keywords: [],
    },
  ])
})

test('parseList keeps the first ten thousand entries of a list that is too long', () => {
  const authors = Array.from({ length: 200_000 }, (_, n) => `Author ${n}`)
  const { records } = parseList([{ title: 'A title', summary: 's', authors }])
  expect(records[0]?.authors).toEqual(authors.slice(0, 10_000))
})

test.each([
  ['of 1,900 Chinese characters', `10.1000/${'中'.repeat(1900)}`],
  ['of 1,900 letters', `10.1000/${'x'.repeat(1900)}`],
])('a DOI %s is left out, and the paper is known by its title', (_what, id) => {
  expect(parseList([{ id, title: 'A title' }])).toMatchObject({
    records: [{ keys: [], title: 'A title' }],
    refused: [],
  })
})
