import { describe, expect, test } from 'vitest'
import { merge, type PaperFacts } from '../../../src/papers/merge.ts'

const known: PaperFacts = {
  title: 'A title',
  abstract: 'What it says.',
  authors: ['A. One', 'A. Two'],
  categories: ['cs.CL'],
  keywords: ['attention'],
  organization: 'The Lab',
  codeUrl: 'https://github.com/one/two',
  projectUrl: null,
  publishedAt: new Date('2025-07-08T00:00:00Z'),
  version: null,
  withdrawnAt: null,
  firstDay: '2025-07-09',
}

const empty: PaperFacts = {
  title: 'A title',
  abstract: '',
  authors: [],
  categories: [],
  keywords: [],
  organization: null,
  codeUrl: null,
  projectUrl: null,
  publishedAt: null,
  version: null,
  withdrawnAt: null,
  firstDay: '2025-07-09',
}

test('the same again changes nothing', () => {
  expect(merge(known, known)).toEqual(known)
})

test('what is filled wins over what is empty, in either order', () => {
  expect(merge(known, empty)).toEqual(known)
  expect(merge(empty, known)).toEqual(known)
})

describe('without a newer version', () => {
  test.each<[string, Partial<PaperFacts>, Partial<PaperFacts>]>([
    ['a longer title', { title: 'A^2: A title' }, { title: 'A^2: A title' }],
    ['a shorter abstract', { abstract: 'Cut.' }, { abstract: 'What it says.' }],
    ['more keywords', { keywords: ['linear', 'attention'] }, { keywords: ['linear', 'attention'] }],
    ['fewer authors', { authors: ['A. One'] }, { authors: ['A. One', 'A. Two'] }],
    [
      'another repository',
      { codeUrl: 'https://github.com/one/three' },
      { codeUrl: 'https://github.com/one/three' },
    ],
    ['another organization', { organization: 'New Lab' }, { organization: 'New Lab' }],
    [
      'an earlier time',
      { publishedAt: new Date('2025-07-01T00:00:00Z') },
      { publishedAt: new Date('2025-07-01T00:00:00Z') },
    ],
    [
      'a later time',
      { publishedAt: new Date('2025-07-10T00:00:00Z') },
      { publishedAt: new Date('2025-07-08T00:00:00Z') },
    ],
    ['an earlier day', { firstDay: '2025-07-07' }, { firstDay: '2025-07-07' }],
    ['a later day', { firstDay: '2025-07-11' }, { firstDay: '2025-07-09' }],
    ['a first version', { version: 1 }, { version: 1 }],
  ])('%s', (_what, later, expected) => {
    expect(merge(known, { ...known, ...later })).toEqual({ ...known, ...expected })
  })
})

test('two sources that differ do not take turns', () => {
  const other = { ...known, title: 'A $t$itle', abstract: 'What it sais.' }
  const settled = merge(merge(known, other), known)
  expect(merge(settled, other)).toEqual(settled)
  expect(merge(settled, known)).toEqual(settled)
})

test('a newer version replaces what it fills', () => {
  const later = { ...empty, title: 'Short', abstract: 'New.', version: 2 }
  expect(merge({ ...known, version: 1 }, later)).toEqual({
    ...known,
    title: 'Short',
    abstract: 'New.',
    version: 2,
  })
})

test('an older version only fills what is empty', () => {
  const older = { ...known, title: 'A much longer title', keywords: ['old'], version: 1 }
  expect(merge({ ...known, keywords: [], version: 3 }, older)).toEqual({
    ...known,
    keywords: ['old'],
    version: 3,
  })
})

test('so does a source that does not say the version', () => {
  const unsaid = {
    ...known,
    abstract: 'What it said at first, at length.',
    keywords: ['late'],
    version: null,
  }
  const v2 = { ...known, keywords: [], version: 2 }
  expect(merge(v2, unsaid)).toEqual({ ...known, keywords: ['late'], version: 2 })
})

test('a withdrawal stays', () => {
  const withdrawnAt = new Date('2025-07-10T00:00:00Z')
  expect(merge(merge(known, { ...known, withdrawnAt }), known).withdrawnAt).toEqual(withdrawnAt)
})
