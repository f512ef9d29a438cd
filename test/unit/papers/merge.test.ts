import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { factsOf, isSameContent, merge, type PaperFacts } from '../../../src/papers/merge.ts'
import type { SourceRecord } from '../../../src/sources/source.ts'
import { sampleRecord } from '../../support/sample-record.ts'

const nine = (day: string) => new Date(`${day}T09:00:00Z`)

const record: SourceRecord = {
  keys: [],
  title: 'A title',
  abstract: 'What it says.',
  authors: ['A. One', 'A. Two'],
  categories: ['cs.CL'],
  keywords: ['attention'],
  organization: 'The Lab',
  codeUrl: 'https://github.com/one/two',
  publishedAt: new Date('2025-07-08T00:00:00Z'),
}

const empty = sampleRecord()

const saidOn = (day: string, fields: Partial<SourceRecord> = {}, base = record) =>
  factsOf({ ...base, ...fields }, { day, now: nine(day) })

const known = saidOn('2025-07-09')

/** What two sayings make together, in either order. */
function together(one: PaperFacts, other: PaperFacts): PaperFacts {
  const merged = merge(one, other)
  expect(merge(other, one)).toEqual(merged)
  return merged
}

const text = fc.constantFrom('', 'a', 'b', 'ab', 'abc')
const texts = fc.array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 2 })
const day = fc.constantFrom('2025-07-08', '2025-07-09', '2025-07-10')
const instant = day.map((name) => new Date(`${name}T00:00:00Z`))

const anyRecord = fc.record(
  {
    kind: fc.constantFrom('new' as const, 'cross' as const, 'revised' as const),
    keys: fc.constant<SourceRecord['keys']>([]),
    title: text,
    abstract: text,
    authors: texts,
    categories: texts,
    keywords: texts,
    organization: text,
    codeUrl: text,
    codeStars: fc.nat(3),
    projectUrl: text,
    summary: text,
    publishedAt: instant,
    version: fc.integer({ min: 1, max: 3 }),
    withdrawnAt: fc.option(instant),
  },
  { requiredKeys: ['keys', 'title', 'abstract', 'authors', 'categories', 'keywords'] },
)

const anyFacts = fc
  .record({ record: anyRecord, day, now: instant })
  .map(({ record: said, ...when }) => factsOf(said, when))

describe('merging any records', () => {
  test('does not depend on their order', () => {
    const same = (a: PaperFacts, b: PaperFacts) => {
      expect(merge(b, a)).toEqual(merge(a, b))
    }
    fc.assert(fc.property(anyFacts, anyFacts, same), { numRuns: 2000 })
  })
  test('does not depend on which are merged first', () => {
    const same = (a: PaperFacts, b: PaperFacts, c: PaperFacts) => {
      expect(merge(a, merge(b, c))).toEqual(merge(merge(a, b), c))
    }
    fc.assert(fc.property(anyFacts, anyFacts, anyFacts, same), { numRuns: 2000 })
  })
  test('does not depend on how often one is merged', () => {
    const same = (a: PaperFacts, b: PaperFacts) => {
      expect(merge(a, a)).toEqual(a)
      expect(merge(merge(a, b), b)).toEqual(merge(a, b))
    }
    fc.assert(fc.property(anyFacts, anyFacts, same), { numRuns: 2000 })
  })
  test('does not depend on a repetition that is not written', () => {
    const calls = fc.array(anyRecord, { minLength: 1, maxLength: 8 })
    const same = (records: SourceRecord[]) => {
      const said = records.map((one, n) => factsOf(one, { day: '2025-07-09', now: new Date(n * 1000) }))
      const written = said.reduce((stored, facts) => {
        const merged = merge(stored, facts)
        return isSameContent(stored, merged) ? stored : merged
      })
      expect(
        isSameContent(
          written,
          said.reduce((a, b) => merge(a, b)),
        ),
      ).toBe(true)
    }
    fc.assert(fc.property(calls, same), { numRuns: 2000 })
  })
  test('loses no value, except a withdrawal that ended', () => {
    const filled = (facts: PaperFacts) =>
      Object.entries({ ...facts, withdrawnAt: null }).flatMap(([field, value]) =>
        value instanceof Date || (value as string | null)?.length ? [field] : [],
      )
    const kept = (a: PaperFacts, b: PaperFacts) => {
      expect(filled(merge(a, b))).toEqual(expect.arrayContaining([...filled(a), ...filled(b)]))
    }
    fc.assert(fc.property(anyFacts, anyFacts, kept))
  })
})

test('merging the same record again changes nothing', () => {
  expect(merge(known, known)).toEqual(known)
})

test('a value replaces an empty one, even if that is from a newer version', () => {
  expect(together(known, saidOn('2025-07-10', { version: 2 }, empty))).toEqual({
    ...known,
    version: 2,
    ranks: { ...known.ranks, title: 2 },
  })
})

describe('without a newer version', () => {
  test.each<[string, Partial<SourceRecord>, Partial<PaperFacts>]>([
    ['a longer title', { title: 'A^2: A title' }, { title: 'A^2: A title' }],
    ['a shorter abstract', { abstract: 'Cut.' }, { abstract: 'What it says.' }],
    ['more keywords', { keywords: ['linear', 'attention'] }, { keywords: ['linear', 'attention'] }],
    ['fewer authors', { authors: ['A. Longer Name'] }, { authors: ['A. One', 'A. Two'] }],
    ['a title that comes later in the alphabet', { title: 'B title' }, { title: 'B title' }],
    ['an earlier time', { publishedAt: nine('2025-07-01') }, { publishedAt: nine('2025-07-01') }],
    ['a later time', { publishedAt: nine('2025-07-10') }, { publishedAt: record.publishedAt! }],
    ['a first version', { version: 1 }, { version: 1 }],
  ])('%s', (_what, later, expected) => {
    expect(together(known, saidOn('2025-07-09', later))).toMatchObject({ ...known, ...expected, ranks: {} })
  })
})

test('a newer version replaces what it fills', () => {
  const merged = together(
    saidOn('2025-07-09', { version: 1 }),
    saidOn('2025-07-10', { title: 'Short', abstract: 'New.', version: 2 }, empty),
  )
  expect(merged).toMatchObject({ title: 'Short', abstract: 'New.', keywords: ['attention'], version: 2 })
})

test.each([1, undefined])('one of version %s only fills empty values, however late it comes', (version) => {
  const newest = saidOn('2025-07-09', { keywords: [], version: 3 })
  const older = saidOn('2025-07-12', { title: 'A much longer title', keywords: ['old'], version })
  expect(together(newest, older)).toMatchObject({ title: 'A title', keywords: ['old'], version: 3 })
})

test('a value that an older version filled makes way for the newer version', () => {
  const filled = merge(
    saidOn('2025-07-09', { keywords: [], version: 3 }),
    saidOn('2025-07-10', { keywords: ['a', 'b'], version: 1 }),
  )
  expect(merge(filled, saidOn('2025-07-11', { keywords: ['c'], version: 3 })).keywords).toEqual(['c'])
})

describe('`merge`', () => {
  test.each(['organization', 'codeUrl', 'projectUrl', 'summary'] as const)(
    'takes %s of the last record that has it',
    (field) => {
      const first = saidOn('2025-07-09', { [field]: 'https://long.example/first', version: 2 })
      const last = saidOn('2025-07-11', { [field]: 'https://last.example' })
      const silent = saidOn('2025-07-12', { [field]: undefined })
      expect(merge(together(first, last), silent)[field]).toBe('https://last.example')
    },
  )

  test('takes codeStars of the last record, also if they fell', () => {
    const said = [12, 0, undefined].map((codeStars, i) => saidOn(`2025-07-1${i}`, { codeStars }))
    expect(said.reduce(merge).codeStars).toBe(0)
  })
})

describe('a record that need not be written', () => {
  test('repeats what is stored', () => {
    const again = merge(known, saidOn('2025-07-10'))
    expect(again.ranks.codeUrl).toBeGreaterThan(known.ranks.codeUrl)
    expect(isSameContent(known, again)).toBe(true)
  })
  test('does not include a text that a newer version confirms', () => {
    const filled = merge(saidOn('2025-07-09', { abstract: '', version: 2 }), saidOn('2025-07-09'))
    const confirmed = merge(filled, saidOn('2025-07-09', { version: 2 }))
    expect({ ...confirmed, ranks: filled.ranks }).toEqual(filled)
    expect(isSameContent(filled, confirmed)).toBe(false)
  })
})

describe('a withdrawal', () => {
  const withdrawn = saidOn('2025-07-12', { withdrawnAt: nine('2025-07-11') })

  test('stays, with its first date, until a source says otherwise', () => {
    const again = saidOn('2025-07-12', { withdrawnAt: nine('2025-07-14') })
    expect(together(together(known, withdrawn), again).withdrawnAt).toEqual(nine('2025-07-11'))
    expect(together(withdrawn, saidOn('2025-07-20')).withdrawnAt).toEqual(nine('2025-07-11'))
  })

  test('ends if the paper is listed on a later day without it', () => {
    const listed = saidOn('2025-07-18', { withdrawnAt: null })
    expect(together(withdrawn, listed).withdrawnAt).toBeNull()
    const once = merge(withdrawn, listed)
    expect(merge(once, withdrawn).withdrawnAt).toBeNull()
    expect(isSameContent(once, merge(once, saidOn('2025-07-19', { withdrawnAt: null })))).toBe(false)
  })
})

describe('the first day', () => {
  test.each<[string, string, SourceRecord['kind'], string]>([
    ['an earlier one', '2025-07-07', 'new', '2025-07-07'],
    ['an earlier one in another section', '2025-07-07', 'cross', '2025-07-07'],
    ['a later one', '2025-07-11', 'new', '2025-07-09'],
    ['not an earlier one of a newer version', '2025-07-07', 'revised', '2025-07-09'],
  ])('%s', (_what, otherDay, kind, expected) => {
    const merged = together(known, saidOn(otherDay, { kind }))
    expect(merged).toMatchObject({ firstDay: expected, onlyRevised: false })
  })
  test('is that of a newer version if there is no other', () => {
    const merged = together(
      saidOn('2025-07-09', { kind: 'revised' }),
      saidOn('2025-07-07', { kind: 'revised' }),
    )
    expect(merged).toMatchObject({ firstDay: '2025-07-07', onlyRevised: true })
  })
})
