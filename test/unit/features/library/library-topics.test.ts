import { describe, expect, test } from 'vitest'
import { type LibraryText, termsOf, usualSpelling } from '../../../../src/features/library/library-terms.ts'
import { libraryTopics } from '../../../../src/features/library/library-topics.ts'
import type { Paper } from '../../../../src/papers/paper.ts'
import type { Archive } from '../../../../src/queries/archive.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { WordIndex } from '../../../../src/queries/text/tokens.ts'
import { archiveOf } from '../../../support/archive-of.ts'
import { msBetweenChecks } from '../../../support/ms-between-checks.ts'

const DAYS = { from: '2026-10-28', to: '2026-11-24' }

interface Entry {
  title: string
  abstract?: string
  keywords?: string[]
  authors?: string[]
}

const textOf = ({ title, abstract = '', keywords = [], authors = [] }: Entry): LibraryText => {
  const index = (text: string) => new WordIndex(text, 'prose')
  return { title: index(title), abstract: index(abstract), keywords: keywords.map(index), authors }
}

const texts = (...entries: (Entry | string)[]): LibraryText[] =>
  entries.map((entry) => textOf(typeof entry === 'string' ? { title: entry } : entry))

const numbered = (count: number, facts: (n: number) => Partial<Paper>) =>
  Array.from({ length: count }, (_, n) => facts(n))

const archiveWith = (facts: readonly Partial<Paper>[], usage = false): Archive =>
  archiveOf(
    facts.map((one) => ({ firstDay: '2026-11-20', abstract: 'None.', ...one })),
    { usage },
  )

const CRYSTALS = numbered(200, (n) => ({
  title: `Of crystal ${n}`,
  abstract: `We present a novel view of crystal lattice ${n}. Extensive experiments show gains.`,
}))

describe('the terms of a library', () => {
  const terms = (...entries: (Entry | string)[]) =>
    termsOf(texts(...entries))
      .filter(({ entries }) => entries.length > 1)
      .map((term) => [usualSpelling(term), term.entries, term.named])

  test('are phrases in any inflection, shown in the most frequent spelling', () => {
    expect(terms('World models', 'Fast world model', 'Slow World Model')).toEqual([
      ['world model', [0, 1, 2], 3],
    ])
  })

  test('count once in an entry, and separately in titles and abstracts', () => {
    const said = { title: 'Of games', abstract: 'A world model is a world model.' }
    expect(terms('World models', said)).toEqual([['world model', [0, 1], 1]])
    expect(terms('Games', { title: 'Of chess', keywords: ['world models'] }, said)).toContainEqual([
      'world model',
      [1, 2],
      1,
    ])
  })

  test('are authors, with or without initials between the names', () => {
    const authors = (...names: string[][]) =>
      terms(...names.map((authors, n) => ({ title: `T${n}`, authors })))
    expect(authors(['Yann A. LeCun', 'Ann Other'], ['Yann LeCun'], ['LeCun Yann'])).toEqual([
      ['Yann LeCun', [0, 1, 2], 3],
    ])
    expect(authors(['Y. LeCun'], ['Y. LeCun'], ['Madonna'], ['Madonna'])).toEqual([])
  })
})

describe('the topics of a library', () => {
  const propose = (archive: Archive, library: readonly LibraryText[]) => libraryTopics(archive, library, DAYS)
  const queries = (archive: Archive, library: readonly LibraryText[]) =>
    propose(archive, library).topics.map(({ query }) => query)

  const subjects = ['speculative decoding', 'protein folding', 'image editing']
  const archive = archiveWith([
    ...subjects.flatMap((subject) =>
      numbered(5, (n) => ({ title: `${subject}, part ${n}`, abstract: `On ${subject}.` })),
    ),
    ...CRYSTALS,
  ])
  const library = texts(
    ...subjects.flatMap((subject, at) => Array.from({ length: 4 - at }, (_, n) => `Towards ${subject} ${n}`)),
  )

  test('are one for each subject that several entries share, the most frequent first', () => {
    expect(propose(archive, library)).toEqual({
      topics: [
        { query: '"speculative decoding"', entries: 4, papers: 5 },
        { query: '"protein folding"', entries: 3, papers: 5 },
        { query: '"image editing"', entries: 2, papers: 5 },
      ],
      offers: [],
    })
  })

  test('are up to five', () => {
    const many = ['north', 'south', 'east', 'west', 'upper', 'lower'].map((side) => `${side} harbour`)
    const harbours = archiveWith([...many.map((title) => ({ title })), ...CRYSTALS])
    expect(queries(harbours, texts(...many.flatMap((title) => [title, `${title} again`])))).toHaveLength(5)
  })

  test('match as many papers within the days as they say', () => {
    const old = { title: 'Protein folding', firstDay: '2026-09-01' }
    const archive = archiveWith([old, { title: 'Folding of proteins' }, ...CRYSTALS])
    expect(queries(archive, texts('Protein folding', 'Protein folding again'))).toEqual([])
    const recent = archiveWith([old, { title: 'Protein folding', abstract: 'Protein folding.' }, ...CRYSTALS])
    expect(propose(recent, texts('Protein folding', 'Protein folding again')).topics).toEqual([
      { query: '"protein folding"', entries: 2, papers: 1 },
    ])
  })

  test('count the papers that match in quotes, without those that only have the acronym', () => {
    const archive = archiveWith(
      [
        ...numbered(6, () => ({
          title: 'Speculative decoding',
          abstract: 'We study speculative decoding (SD).',
        })),
        ...numbered(4, () => ({ title: 'Faster', abstract: 'We make SD fast.' })),
        ...CRYSTALS,
      ],
      true,
    )
    const count = (query: string) => archive.count(archive.find(parseQuery(query)))
    expect([count('speculative decoding'), count('"speculative decoding"')]).toEqual([10, 6])
    expect(propose(archive, library.slice(0, 4)).topics).toMatchObject([{ papers: 6 }])
  })

  test('are the whole name of a subject, and no part of it', () => {
    const name = 'group relative policy optimization'
    const archive = archiveWith([...numbered(3, (n) => ({ title: `${name} ${n}` })), ...CRYSTALS])
    expect(queries(archive, texts(`Fast ${name}`, `On ${name}`))).toEqual([`"${name}"`])
  })

  test('are what most titles name, however many papers have it', () => {
    const archive = archiveWith([...numbered(150, (n) => ({ title: `A world model ${n}` })), ...CRYSTALS])
    expect(queries(archive, texts('World models', 'Fast world models', 'Slow world models'))).toEqual([
      '"world models"',
    ])
  })

  test('are not what the papers of every field say in their abstracts', () => {
    const said = 'We use a gradient descent on a crystal lattice.'
    const archive = archiveWith([
      ...numbered(100, (n) => ({ title: `Of salt ${n}`, abstract: `A gradient descent in salt ${n}.` })),
      ...CRYSTALS,
    ])
    expect(
      queries(
        archive,
        texts({ title: 'Tides and harbours', abstract: said }, { title: 'Old bread', abstract: said }),
      ),
    ).toEqual([])
  })

  test('are authors of several entries who have written papers, whatever phrases cover these entries', () => {
    const by = (title: string, ...authors: string[]) => ({ title, authors })
    const archive = archiveWith([
      by('World models, part 3', 'Yann LeCun'),
      by('World models, part 4', 'Ann Other'),
      ...CRYSTALS,
    ])
    const library = texts(
      by('World models', 'Yann LeCun', 'Neil Nobody'),
      by('Fast world models', 'Yann LeCun', 'Neil Nobody'),
    )
    expect(propose(archive, library).topics).toEqual([
      { query: '"world models"', entries: 2, papers: 2 },
      { query: 'author:"Yann LeCun"', entries: 2, papers: 1 },
    ])
  })

  test('are the subjects of single entries, if the entries share nothing and papers match', () => {
    expect(propose(archive, texts('Lattice gauge theory', 'Medieval trade routes'))).toEqual({
      topics: [],
      offers: [
        { query: '"lattice gauge theory"', entries: 1, papers: 0 },
        { query: '"medieval trade routes"', entries: 1, papers: 0 },
      ],
    })
    expect(propose(archive, texts('Lattice gauge theory', 'Fast protein folding'))).toEqual({
      topics: [],
      offers: [{ query: '"protein folding"', entries: 1, papers: 5 }],
    })
    expect(propose(archive, [])).toEqual({ topics: [], offers: [] })
  })

  test('of hostile titles are proposed with frequent checks of the deadline', () => {
    const words = Array.from({ length: 50 }, (_, n) => `${'abcdefghij'[n % 10]}${(n * 7919).toString(26)}`)
    const titles = Array.from({ length: 1000 }, (_, n) =>
      words
        .map((word) => `${word}${n.toString(26)}`)
        .join(' ')
        .slice(0, 300),
    )
    const library = texts(...titles)
    const { longest } = msBetweenChecks(() => libraryTopics(archive, library, DAYS))
    // Some 20 ms; more than 600 without checks, on an idle machine.
    expect(longest).toBeLessThan(400)
  })
})
