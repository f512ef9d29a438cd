import { describe, expect, test } from 'vitest'
import {
  isDailyPapersList,
  parseDailyPapers,
} from '../../../../src/sources/huggingface/parse-daily-papers.ts'
import { recordedDay, recordedDays, recordingsAre } from '../../../support/recorded-days.ts'

const only = (entry: unknown) => {
  const { records, refused } = parseDailyPapers([entry])
  expect(refused).toEqual([])
  return records[0]!
}

const paper = (fields: object) => ({ paper: { id: '2507.06457', title: 'A title', ...fields } })

test('parseDailyPapers reads an entry of June 2024: no keywords, one media URL, the time of listing outside', () => {
  const record = only({
    paper: {
      id: '2406.04692',
      authors: [
        { _id: '6', user: { avatarUrl: '/a.svg', user: 'one' }, name: 'Junlin Wang', hidden: false },
        { _id: '7', name: 'Somebody Hidden', hidden: true },
      ],
      publishedAt: '2024-06-07T07:04:10.000Z',
      title: 'Mixture-of-Agents Enhances Large Language Model\n  Capabilities',
      summary: 'Recent advances\ndemonstrate substantial capabilities.\n',
      upvotes: 14,
    },
    publishedAt: '2024-06-10T01:56:51.089Z',
    title: 'Mixture-of-Agents Enhances Large Language Model Capabilities',
    mediaUrl: 'https://cdn.example/2406.04692.png',
    numComments: 0,
  })
  expect(record).toEqual({
    keys: [{ scheme: 'arxiv', value: '2406.04692' }],
    title: 'Mixture-of-Agents Enhances Large Language Model Capabilities',
    abstract: 'Recent advances demonstrate substantial capabilities.',
    authors: ['Junlin Wang'],
    categories: [],
    keywords: [],
    publishedAt: new Date('2024-06-07T07:04:10Z'),
    withdrawnAt: null,
    votes: 14,
    comments: 0,
  })
})

test('parseDailyPapers reads an entry of August 2026: organization, keywords, links', () => {
  const record = only({
    paper: {
      id: '2608.10915v2',
      authors: [{ name: 'Qianggang Ding', hidden: false }],
      publishedAt: '2026-08-11T00:00:00.000Z',
      title: 'ComBodied Agents',
      summary: 'In short.',
      upvotes: 72,
      ai_keywords: ['Combodied Agents', '', 'Personal World Models', 'Combodied Agents'],
      ai_summary_model: 'some/model',
      githubRepo: 'https://github.com/one/two',
      githubStars: 34,
      projectPage: 'http://plain.example/',
      organization: { _id: '1', name: 'lab', fullname: 'The Lab', avatar: 'https://cdn.example/a.png' },
      source: null,
    },
    publishedAt: '2026-08-10T20:00:00.000Z',
    title: 'ComBodied Agents',
    numComments: 1,
  })
  expect(record).toMatchObject({
    keys: [{ scheme: 'arxiv', value: '2608.10915' }],
    version: 2,
    keywords: ['Combodied Agents', 'Personal World Models'],
    organization: 'The Lab',
    codeUrl: 'https://github.com/one/two',
    codeStars: 34,
    publishedAt: new Date('2026-08-11T00:00:00Z'),
    votes: 72,
    comments: 1,
  })
  expect(record.projectUrl).toBeUndefined()
})

describe('an entry of another shape', () => {
  test.each<[string, object, object]>([
    [
      'every field null',
      paper({ summary: null, authors: null, upvotes: null, ai_keywords: null }),
      {
        abstract: '',
        authors: [],
        keywords: [],
        votes: undefined,
      },
    ],
    [
      'a title only outside the paper',
      { title: 'Outside', paper: { id: '2507.06457', title: null } },
      { title: 'Outside' },
    ],
    ['the inner title goes first', { ...paper({ title: 'Inner' }), title: 'Outer' }, { title: 'Inner' }],
    ['votes outside the paper do not count', { ...paper({}), upvotes: 7 }, { votes: undefined }],
    ['votes as text do not count', paper({ upvotes: '7' }), { votes: undefined }],
    ['votes below zero do not count', paper({ upvotes: -1 }), { votes: undefined }],
    ['an invalid time', paper({ publishedAt: 'yesterday' }), { publishedAt: undefined }],
    ['an organization outside', { ...paper({}), organization: { name: 'lab' } }, { organization: 'lab' }],
    ['an organization as text', paper({ organization: 'lab' }), { organization: undefined }],
    ['a repository that is no link', paper({ githubRepo: 'one/two' }), { codeUrl: undefined }],
    ['a script as a link', paper({ projectPage: 'javascript:alert(1)' }), { projectUrl: undefined }],
    [
      'links with characters that Postgres refuses',
      paper({ githubRepo: 'https://x.example/\u0000', projectPage: 'https://x.example/\ud800' }),
      { codeUrl: undefined, projectUrl: undefined },
    ],
    [
      'a link without end',
      paper({ githubRepo: `https://x.example/${'a'.repeat(2000)}` }),
      { codeUrl: undefined },
    ],
    [
      'an author as text among others',
      paper({ authors: ['A', { name: ' B\n C ' }, {}] }),
      { authors: ['B C'] },
    ],
    [
      'withdrawn',
      paper({ withdrawnAt: '2025-07-10T00:00:00Z' }),
      { withdrawnAt: new Date('2025-07-10T00:00:00Z') },
    ],
    ['an id as a number, its zero lost', paper({ id: 2503.0213 }), { keys: [], title: 'A title' }],
    ['no id', { paper: { title: 'A title' } }, { keys: [] }],
    ['characters that Postgres refuses', paper({ title: 'A\u0000B \ud800' }), { title: 'A B \ufffd' }],
  ])('%s', (_what, entry, expected) => {
    expect({ ...only(entry) }).toEqual(expect.objectContaining(withoutUndefined(expected)))
    for (const name of Object.keys(expected))
      expect(only(entry)[name as 'votes']).toEqual(expected[name as keyof typeof expected])
  })
})

const withoutUndefined = (values: object) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

test('parseDailyPapers reports an unreadable entry with its position, and keeps the others', () => {
  const { records, refused } = parseDailyPapers([
    paper({}),
    null,
    { paper: { id: '2507.00001' } },
    paper({ title: 'B' }),
    {},
  ])
  expect(records.map(({ title }) => title)).toEqual(['A title', 'B'])
  expect(refused).toEqual([
    { index: 1, why: expect.stringContaining('expected object') },
    { index: 2, why: 'title: absent, or no text' },
    { index: 4, why: expect.stringContaining('paper: ') },
  ])
})

test('parseDailyPapers reads a day of the API, and other lists', () => {
  expect(isDailyPapersList([null, paper({})])).toBe(true)
  expect(isDailyPapersList([{ title: 'A title', summary: 's' }])).toBe(false)
  expect(isDailyPapersList([])).toBe(false)
})

test(`every recorded day is read whole (${recordingsAre})`, () => {
  for (const folder of ['daily', 'later-same-day'] as const) {
    for (const day of recordedDays(folder)) {
      const entries = recordedDay(folder, day)
      const { records, refused } = parseDailyPapers(entries)
      expect({ day, refused, read: records.length }).toEqual({ day, refused: [], read: entries.length })
      expect(records.filter(({ keys }) => keys.length !== 1)).toEqual([])
      expect(records.filter(({ votes, comments }) => votes === undefined || comments === undefined)).toEqual(
        [],
      )
      expect(records.filter(({ title, abstract }) => /\s{2}|\n/.test(title + abstract))).toEqual([])
    }
  }
})

test('a version that is too high is left out, and the paper keeps its id', () => {
  const record = only(paper({ id: '2611.00001v999999999999' }))
  expect(record).toMatchObject({ keys: [{ scheme: 'arxiv', value: '2611.00001' }], version: undefined })
})
