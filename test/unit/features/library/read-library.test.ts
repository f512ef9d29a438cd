import { describe, expect, test, vi } from 'vitest'
import { MAX_LIBRARY_ENTRIES } from '../../../../src/features/library/library-entry.ts'
import { emptyLibrary, readLibrary } from '../../../../src/features/library/read-library.ts'
import { within } from '../../../../src/queries/deadline.ts'
import { computedMs } from '../../../support/computed-ms.ts'
import { msBetweenChecks } from '../../../support/ms-between-checks.ts'

const read = (text: string) => readLibrary(text)
const titles = (text: string) => read(text).entries.map(({ title }) => title)
const names = (text: string) => read(text).entries.map(({ name }) => name)

describe('BibTeX', () => {
  test('may have nested braces, joined values, names of @string and TeX', () => {
    const text = String.raw`
Text before an entry is a comment.
@string{ venue = "Proceedings of " # {NeurIPS} }
@comment{ @article{no, title = {No}} }
@inproceedings{vaswani2017,
  author    = {Vaswani, Ashish and others},
  title     = {{A}ttention Is {All {You} Need}},
  booktitle = venue # ", " # 2017,
  month     = dec,
  keywords  = {attention, {sequence models}},
  abstract  = "The dominant models are {"}complex{"} recurrent networks.",
  eprint    = {1706.03762}, archivePrefix = {arXiv},
}
@article(goedel1931, title = {{\"U}ber formal unentscheidbare S{\"a}tze}, doi = {10.1007/BF01700692})
@misc{nokey~2020, title = "Scaling $O(n \log n)$ attention",
  url = {https://arxiv.org/abs/2310.06825v1} }`
    const { entries, bad, count } = read(text)
    expect(bad).toEqual([])
    expect(count).toBe(3)
    expect(entries).toEqual([
      {
        line: 5,
        title: 'Attention Is All You Need',
        abstract: 'The dominant models are "complex" recurrent networks.',
        keywords: ['attention', 'sequence models'],
        authors: ['Ashish Vaswani'],
        name: '1706.03762',
      },
      {
        line: 14,
        title: 'Über formal unentscheidbare Sätze',
        abstract: '',
        keywords: [],
        authors: [],
        name: 'doi:10.1007/bf01700692',
      },
      {
        line: 15,
        title: 'Scaling O(n log n) attention',
        abstract: '',
        keywords: [],
        authors: [],
        name: '2310.06825',
      },
    ])
  })

  test('with bad entries names them by line, and the entries after them are read', () => {
    const text = `@article{a, title = {No end, year = 2020
}
@article{b, title = }
@article{c, year = 2020}
@article{d, title = {A good one}}
@article{e, title "no equals sign"}
@article{f, title = {Another}`
    expect(read(text)).toMatchObject({
      entries: [{ line: 5, title: 'A good one' }],
      bad: [
        { line: 1, reason: 'unclosed' },
        { line: 3, reason: 'syntax' },
        { line: 4, reason: 'nothing' },
        { line: 6, reason: 'syntax' },
        { line: 7, reason: 'unclosed' },
      ],
      count: 6,
    })
  })
})

test('RIS may have continued lines, the tags of several programs, and other lines', () => {
  const text = `TY  - JOUR
TI  - Highly accurate protein structure
prediction with AlphaFold
AU  - Jumper, John
KW  - protein folding
KW  - deep learning
AB  - Proteins are essential to life.
DO  - 10.1038/s41586-021-03819-2
ER  -

stray
TY  - CONF
T1  - Mamba
UR  - https://arxiv.org/abs/2312.00752
ER  - 
TY  - BOOK
AU  - Nobody
ER  - `
  expect(read(text.replaceAll('\n', '\r\n'))).toEqual({
    entries: [
      {
        line: 1,
        title: 'Highly accurate protein structure prediction with AlphaFold',
        abstract: 'Proteins are essential to life.',
        keywords: ['protein folding', 'deep learning'],
        authors: ['John Jumper'],
        name: 'doi:10.1038/s41586-021-03819-2',
      },
      { line: 12, title: 'Mamba', abstract: '', keywords: [], authors: [], name: '2312.00752' },
    ],
    bad: [
      { line: 11, reason: 'syntax' },
      { line: 16, reason: 'nothing' },
    ],
    count: 4,
    reached: 4,
  })
})

describe('authors', () => {
  const authors = (text: string) => read(text).entries.map((entry) => entry.authors)

  test.each([
    ['LeCun, Yann', ['Yann LeCun']],
    ['Yann LeCun and Ha, David~R.', ['Yann LeCun', 'David R. Ha']],
    [String.raw`Sch{\"o}lkopf, Bernhard and {\L}ukasz Kaiser`, ['Bernhard Schölkopf', 'Łukasz Kaiser']],
    [String.raw`Garc{\'\i}a, Jos\'e`, ['José García']],
    ['van der Maaten, Laurens\n    and King, Jr., Martin', ['Laurens van der Maaten', 'Martin King Jr.']],
    ['{Barnes and Noble} and {OpenAI}', ['Barnes and Noble', 'OpenAI']],
    ['Gu, Albert and others', ['Albert Gu']],
    [',', []],
  ])('of BibTeX are read: %s', (field, names) => {
    expect(authors(`@article{a, title = {Mamba}, author = {${field}}}`)).toEqual([names])
  })

  test('of CSL-JSON are read, also next to values that are not names', () => {
    const author = [
      { family: 'LeCun', given: 'Yann' },
      { family: 'Maaten', given: 'Laurens', 'non-dropping-particle': 'van der' },
      { literal: 'OpenAI' },
      { family: 3 },
      'Gu',
    ]
    expect(authors(JSON.stringify([{ title: 'Mamba', author }]))).toEqual([
      ['Yann LeCun', 'Laurens van der Maaten', 'OpenAI'],
    ])
    expect(authors(JSON.stringify([{ title: 'Mamba', author: 'Gu' }]))).toEqual([[]])
  })

  test('of RIS are read', () => {
    expect(authors('TY  - JOUR\nTI  - Mamba\nAU  - Gu, Albert\nA1  - Dao, Tri\nER  - ')).toEqual([
      ['Albert Gu', 'Tri Dao'],
    ])
  })

  test('are cut after a number of them', () => {
    const many = Array.from({ length: 5000 }, (_, n) => `Ann Other${n}`).join(' and ')
    expect(authors(`@article{a, title = {Mamba}, author = {${many}}}`)[0]).toHaveLength(40)
    expect(read(`@article{a, title = {Mamba}, author = {${'{'.repeat(50_000)}`).bad).toHaveLength(1)
  })
})

describe('CSL-JSON', () => {
  test('may be a list, one item or an export', () => {
    const item = {
      title: 'Mamba',
      DOI: '10.48550/arXiv.2312.00752',
      abstract: 'Models.',
      keyword: 'SSM; mamba',
    }
    const entry = { title: 'Mamba', abstract: 'Models.', keywords: ['SSM', 'mamba'], name: '2312.00752' }
    for (const json of [[item], item, { items: [item] }])
      expect(read(JSON.stringify(json))).toMatchObject({ entries: [entry], bad: [] })
  })

  test('with bad items names them by position; invalid JSON is reported', () => {
    const json = JSON.stringify([{ title: 5 }, 'no item', { title: 'Good' }])
    expect(read(json)).toMatchObject({
      entries: [{ line: 3, title: 'Good' }],
      bad: [
        { line: 1, reason: 'nothing' },
        { line: 2, reason: 'syntax' },
      ],
    })
    expect(read('[{"title": "cut').bad).toEqual([{ line: 1, reason: 'json' }])
  })
})

describe('a list', () => {
  test('may have identifiers and URLs, one or more on a line', () => {
    const text = `2312.00752
arXiv:1706.03762v5, hep-th/9901001
https://arxiv.org/pdf/2310.06825
https://doi.org/10.1038/s41586-021-03819-2
doi:10.1000/182`
    expect(names(text)).toEqual([
      '2312.00752',
      '1706.03762',
      'hep-th/9901001',
      '2310.06825',
      'doi:10.1038/s41586-021-03819-2',
      'doi:10.1000/182',
    ])
  })

  test.each([
    ['[1] A. Vaswani et al., “Attention is all you need,” in NeurIPS, 2017.', 'Attention is all you need'],
    [
      'Gu, A., & Dao, T. (2023). Mamba: Linear-time sequence modeling. arXiv:2312.00752.',
      'Mamba: Linear-time sequence modeling',
    ],
    [
      'Albert Gu and Tri Dao. 2023. Mamba: Linear-time sequence modeling. In COLM.',
      'Mamba: Linear-time sequence modeling',
    ],
    [
      'A. Gu, T. Dao. Mamba: Linear-time sequence modeling. arXiv preprint, 2023.',
      'Mamba: Linear-time sequence modeling',
    ],
    [
      'Jumper J, Evans R, et al. Highly accurate protein structure prediction. Nature. 2021;596:583.',
      'Highly accurate protein structure prediction',
    ],
    ['Attention is all you need', 'Attention is all you need'],
    ['• Mamba, Hyena, and Linear Attention', 'Mamba, Hyena, and Linear Attention'],
  ])('%s', (line, title) => expect(titles(line)).toEqual([title]))

  test('may have numbered references over several lines, with their identifiers', () => {
    const text = `[1] A. Vaswani et al.,
    "Attention is all you need," arXiv preprint
    arXiv:1706.03762, 2017.

[2] Gu, A. (2023). Mamba. https://doi.org/10.48550/arXiv.2312.00752.`
    expect(read(text).entries).toMatchObject([
      { line: 1, title: 'Attention is all you need', name: '1706.03762' },
      { line: 5, title: 'Mamba', name: '2312.00752' },
    ])
  })
})

test('readLibrary skips lines without letters and those of a binary file', () => {
  const { entries, bad } = read('😀😀\n"\nx\u0000\u0001yz quux\nProtein folding')
  expect([entries.map(({ title }) => title), bad.map(({ line }) => line)]).toEqual([
    ['Protein folding'],
    [1, 2, 3],
  ])
})

test('readLibrary counts the entries beyond the limit and does not read them', () => {
  const { entries, count } = read(
    Array.from({ length: MAX_LIBRARY_ENTRIES + 5 }, (_, n) => `Paper ${n}`).join('\n'),
  )
  expect([entries.length, count]).toEqual([MAX_LIBRARY_ENTRIES, MAX_LIBRARY_ENTRIES + 5])
})

test('readLibrary finds no entries in an empty text', () => {
  for (const text of ['', ' \n\n', '[]', '@comment{no}'])
    expect(read(text)).toEqual({ entries: [], bad: [], count: 0, reached: 0 })
})

test('readLibrary refuses names of @string that double without limit, and what joins them', () => {
  const doublings = Array.from({ length: 20 }, (_, n) => `@string{s${n + 1} = s${n} # s${n}}`)
  const text = ['@string{s0 = {abcd}}', ...doublings, '@a{b, title = s13 # s13}', '@a{c, title = {Good}}']
  expect(read(text.join('\n'))).toMatchObject({
    entries: [{ line: 23, title: 'Good' }],
    bad: [
      { line: 15, reason: 'syntax' },
      { line: 22, reason: 'syntax' },
    ],
  })
})

test('readLibrary cuts long titles, keywords and identifiers', () => {
  const keywords = Array.from({ length: 500 }, (_, n) => `word ${n}`)
  const [entry] = read(
    `TY  - A\nTI  - ${'long '.repeat(500)}\n${keywords.map((one) => `KW  - ${one}\n`).join('')}`,
  ).entries
  expect([entry!.title.length, entry!.keywords.length]).toEqual([299, 20])
})

test('readLibrary reads no abstracts if there are more than 200 entries', () => {
  const text = (count: number) => '@a{b, title = {Mamba}, abstract = {We use $x_t$.}}\n'.repeat(count)
  const abstracts = (count: number) => new Set(read(text(count)).entries.map(({ abstract }) => abstract))
  expect([abstracts(200), abstracts(201)]).toEqual([new Set(['We use xₜ.']), new Set([''])])
})

test('readLibrary counts a line of identifiers beyond the limit as one entry', () => {
  const lines = '2312.00752, 2310.06825\n'.repeat(MAX_LIBRARY_ENTRIES)
  expect(read(lines)).toMatchObject({ count: 1.5 * MAX_LIBRARY_ENTRIES, reached: MAX_LIBRARY_ENTRIES })
})

test('readLibrary returns what was read before the time ran out', () => {
  const library = emptyLibrary()
  let ms = 0
  vi.spyOn(performance, 'now').mockImplementation(() => ms++)
  vi.spyOn(process, 'threadCpuUsage').mockImplementation(() => ({ user: 1000 * ms, system: 0 }))
  // Each of the three lines is checked once while the list is read, and once as an entry.
  const read = within({ leftMs: 5 }, () => readLibrary('Mamba\n123\nAttention is all you need', library))
  vi.restoreAllMocks()
  expect(read).toBeUndefined()
  expect(library).toMatchObject({ entries: [{ title: 'Mamba' }], bad: [{ line: 2 }], count: 3, reached: 2 })
})

/** The CPU time to read a text, the shortest of some. */
function msToRead(text: string): number {
  const times = Array.from({ length: 4 }, () => {
    const began = computedMs()
    read(text)
    return computedMs() - began
  })
  return Math.min(...times)
}

test.each([
  ['blanks in a line', (n: number) => `x${' '.repeat(n)}y`],
  ['brackets in a line', (n: number) => `y${')'.repeat(n)}x b`],
  ['quotes in a line', (n: number) => `x ${'“a'.repeat(n / 2)}`],
  ['full stops around an identifier', (n: number) => `${'.'.repeat(n / 4)}1/x `.repeat(4)],
  ['blanks before a year', (n: number) => `a b.${' '.repeat(n - 7)}(2020)`],
])('the time for %s grows with their number', (_, line) => {
  const lines = (n: number) => `${line(n)}\n`.repeat(200)
  const [short, long] = [msToRead(lines(480)), msToRead(lines(1920))]
  // Four times the text; sixteen times the time, if it were quadratic.
  expect(long).toBeLessThan(8 * short + 30)
})

const MEGABYTES = 5_000_000
const repeated = (text: string) => text.repeat(MEGABYTES / text.length)

test.each([
  ['open braces', '@article{a, title = '.padEnd(MEGABYTES, '{')],
  ['entries without end', repeated('@a{b,c=')],
  ['entries without end, on lines', repeated('@a{b,c=\n')],
  ['short entries', repeated('@a{\n')],
  ['fields', `@a{b,${repeated('c=1,')}}`],
  ['joined values', `@a{b,c=1${repeated('#1')}}`],
  ['names of @string', `@string{a={x}}${repeated('\n@string{a=a#a}')}`],
  ['keywords', `@a{b, title={x}, keywords={${repeated('\\"a,')}}}`],
  ['backslashes', `@a{b, title = {${repeated('\\')}}}`],
  ['line separators', `@a{b, c=1}${repeated('\u2028')}`],
  ['blanks', `[1]${repeated(' ')}`],
  ['returns', repeated('\r')],
  ['one line', repeated('a. A, ')],
  ['lines', repeated('a, b. C\n')],
  ['short lines', repeated('a\n')],
  ['addresses', repeated('https://x.org/')],
  ['lines of identifiers', repeated(`${'2312.00752,'.repeat(3600)}\n`)],
  ['dots', `TY  - ${repeated('10.1000/')}`],
  ['RIS keywords', `TY  - A\nTI  - x\n${repeated('KW  - a\n')}`],
  ['RIS identifiers', `TY  - A\nTI  - x\n${repeated('UR  - https://x.org/a\n')}`],
  ['RIS records', repeated('TY  - A\nTI  - x\nER  - \n')],
  ['RIS without records', `TY  - A\nER  - \n${repeated('a\n')}`],
  ['JSON', repeated('[')],
  ['empty items', `[{"":1},${repeated('{},')}{}]`],
  ['items', `[{"":1},${repeated('{"title":"a"},')}{}]`],
  ['keywords in JSON', JSON.stringify({ title: 'x', keyword: repeated('a,') })],
])('five megabytes of %s are read with frequent checks of the deadline', (_, text) => {
  const { longest, total } = msBetweenChecks(() => readLibrary(text))
  // Some 50 ms; seconds, if a reader did not check. Loaded machines take longer.
  expect(longest).toBeLessThan(1000)
  // Minutes, if it were quadratic.
  expect(total).toBeLessThan(20_000)
})
