import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FieldFaults } from '../../../../src/core/errors.ts'
import { describeQuery } from '../../../../src/queries/language/describe-query.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { isForeign } from '../../../../src/queries/language/sentence-words.ts'
import { splitTopics } from '../../../../src/queries/language/split-topics.ts'
import { isBlank, type QueryParts, writeQuery } from '../../../../src/queries/language/write-query.ts'
import type { Query, TextField } from '../../../../src/queries/query.ts'
import { isStopWord, tokensOf } from '../../../../src/queries/text/tokens.ts'
import { ARXIV_ARCHIVES } from '../../../../src/sources/arxiv/categories.ts'

const BLANK: QueryParts = { any: '', must: '', never: '', author: '', category: '', votes: '' }
const write = (parts: Partial<QueryParts>) => writeQuery({ ...BLANK, ...parts })

test.each<[Partial<QueryParts>, query: string, words: string]>([
  [{ any: 'diffusion' }, 'diffusion', 'diffusion'],
  [
    { any: 'linear attention, state space model' },
    '"linear attention" OR "state space model"',
    'the phrase “linear attention” or the phrase “state space model”',
  ],
  [
    { any: 'RAG; agents', must: 'long context', never: 'survey, “red, green”' },
    '(RAG OR agents) "long context" -survey -"red, green"',
    '(RAG or agents) and the phrase “long context”, but not survey or the phrase “red, green”',
  ],
  [
    { author: 'Albert Gu, LeCun', category: 'cs.lg', votes: ' 20 ' },
    '(author:"Albert Gu" OR author:LeCun) cat:cs.LG votes>=20',
    '(the author Albert Gu or the author LeCun), the category cs.LG and 20 or more votes',
  ],
  [{ votes: '007', never: 'robot' }, 'votes>=7 -robot', '7 or more votes, but not robot'],
  [
    { must: 'vision-language, C++, NOT so deep, -x' },
    'vision-language "C++" "NOT so deep" "-x"',
    'the phrase “vision-language”, C++, the phrase “NOT so deep” and x',
  ],
  // what an address bar does to a query is no part of one
  [{ any: 'x+AND+%22' }, '"x+AND+%22"', 'the phrase “x+AND+%22”'],
  // what makes a sentence of a text
  [
    { must: 'using, linear, deep, papers, robots, except, new, models' },
    '"using" linear AND deep "papers" robots "except" "new" models',
    'using, linear, deep, papers, robots, except, new and models',
  ],
  [
    { any: 'https://arxiv.org/abs/2507.06457v2, mamba', must: 'doi:10.1000/(a|b)' },
    '(paper:2507.06457 OR mamba) paper:"doi:10.1000/(a|b)"',
    '(the paper arXiv:2507.06457 or mamba) and the paper doi:10.1000/(a|b)',
  ],
])('%j is written, and read back', (parts, query, words) => {
  expect(write(parts)).toBe(query)
  expect(describeQuery(parseQuery(query))).toBe(`Papers with ${words}`)
})

describe('what says nothing is refused, with its field', () => {
  const faultsOf = (parts: Partial<QueryParts>) => {
    try {
      return write(parts)
    } catch (error) {
      if (!(error instanceof FieldFaults)) throw error
      return error.fields.map(({ field, fault: { code } }) => [field, code])
    }
  }
  test.each<[Partial<QueryParts>, string[][]]>([
    [{}, [['any', 'query.empty']]],
    [
      { any: 'the, of a' },
      [
        ['any', 'query.only-stop-words'],
        ['any', 'query.only-stop-words'],
      ],
    ],
    [{ any: 'diffusion', must: 'or' }, [['must', 'query.only-stop-words']]],
    [{ any: 'diffusion', never: '!?' }, [['never', 'query.empty']]],
    [{ any: 'diffusion', author: '--' }, [['author', 'query.empty']]],
    [{ never: 'robot' }, [['never', 'query.nothing-wanted']]],
    [
      { category: 'cs.x', votes: '-1' },
      [
        ['category', 'query.category'],
        ['votes', 'query.least-votes'],
      ],
    ],
    [{ votes: '1000000' }, [['votes', 'query.least-votes']]],
    [{ any: 'x'.repeat(3000) }, [['any', 'query.too-long']]],
    [{ any: Array.from({ length: 300 }, (_, n) => `word${n}`).join() }, [['any', 'query.too-long']]],
  ])('%j', (parts, faults) => expect(faultsOf(parts)).toEqual(faults))
})

test('blank parts ask for nothing', () => {
  expect(isBlank({ ...BLANK, must: ' \n' })).toBe(true)
  expect(isBlank({ ...BLANK, category: 'cs' })).toBe(false)
})

// What people paste, and what the query language gives a meaning.
const piece = fc.oneof(
  fc.stringMatching(/^[a-zA-Z0-9]{1,6}$/),
  fc.constantFrom(
    'OR',
    'and',
    'NOT',
    'ANDNOT',
    '-',
    '–',
    '"',
    '“',
    '«',
    '(',
    ')',
    '|',
    '&',
    '+AND+',
    '%22',
    ':',
  ),
  fc.constantFrom(
    'author:',
    'cat:cs',
    'votes>=3',
    'has:code',
    "model's",
    'C++',
    'GPT-4o',
    '2.5',
    'émile',
    'using',
    'papers',
    ...['the', 'new', 'research', 'on', 'except', 'excluding', 'especially', 'regarding'],
  ),
  fc.string({ unit: 'grapheme', maxLength: 4 }).filter((text) => !isForeign(text)),
)
const ADDRESS = 'arxiv.org/abs/2507.06457'
const item = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(' '))
const oneItem = item.filter((text) => splitTopics(text).length === 1)

/** The same rule as the parser's, said once more: a paper, a word, a phrase, or nothing that can be looked for. */
function leaf(text: string, field: TextField): Query | undefined {
  if (field === 'any' && /^arxiv\.org\/abs\/2507\.06457$/.test(text))
    return { kind: 'paper', name: '2507.06457' }
  const kind = field === 'author' ? 'names' : 'prose'
  const tokens = tokensOf(text, kind)
  if (tokens.length === 0 || (kind === 'prose' && tokens.every(({ folded }) => isStopWord(folded))))
    return undefined
  const keys = tokens.map(({ key }) => key).join(' ')
  return { kind: tokens.length > 1 ? 'phrase' : 'word', field, text: keys }
}

/** With the words of each leaf as keys, since two spellings of a phrase mean the same. */
const keyed = (query: Query): Query =>
  'parts' in query
    ? { ...query, parts: query.parts.map(keyed) }
    : query.kind === 'not'
      ? { ...query, part: keyed(query.part) }
      : query.kind === 'word' || query.kind === 'phrase'
        ? leaf(query.text, query.field)!
        : query

const joined = (kind: 'and' | 'or', parts: Query[]): Query[] => (parts.length > 1 ? [{ kind, parts }] : parts)

test('any input gives a query that parses to what was meant, and is one topic', () => {
  const sayable = (field: TextField) => oneItem.filter((text) => leaf(text, field) !== undefined)
  const many = (field: TextField) =>
    fc.array(
      fc.oneof({ weight: 9, arbitrary: sayable(field) }, { weight: 1, arbitrary: fc.constant(ADDRESS) }),
      { maxLength: 3 },
    )
  const all = fc.record({
    any: many('any'),
    must: many('any'),
    never: many('any'),
    author: many('author'),
    category: fc.constantFrom('', 'cs.LG', 'hep-th', 'cond-mat.soft'),
    votes: fc.constantFrom('', '0', '20'),
  })
  fc.assert(
    fc.property(all, ({ any, must, never, author, category, votes }) => {
      fc.pre(any.length + must.length + author.length > 0 || category !== '' || votes !== '')
      const leaves = (texts: string[], field: TextField) => texts.map((text) => leaf(text, field)!)
      const meant = [
        ...joined('or', leaves(any, 'any')),
        ...leaves(must, 'any'),
        ...joined('or', leaves(author, 'author')),
        ...(category ? [{ kind: 'category' as const, value: category }] : []),
        ...(votes ? [{ kind: 'votes' as const, least: Number(votes) }] : []),
        ...leaves(never, 'any').map((part) => ({ kind: 'not' as const, part })),
      ]
      const lines = (texts: string[]) => [...new Set(texts)].join('\n')
      // A text that comes twice in one field is looked for once.
      fc.pre([any, must, never, author].every((texts) => splitTopics(lines(texts)).length === texts.length))
      const query = write({
        any: lines(any),
        must: lines(must),
        never: lines(never),
        author: lines(author),
        category,
        votes,
      })
      expect(splitTopics(query)).toEqual([query])
      expect([keyed(parseQuery(query))]).toEqual(joined('and', meant))
      expect(describeQuery(parseQuery(query))).toMatch(/^Papers with ./)
    }),
    { numRuns: 1000 },
  )
})

test('every category of arXiv can be chosen, under its own name', () => {
  const ids = ARXIV_ARCHIVES.flatMap(({ id, categories }) => [id, ...categories.map((one) => one.id)])
  expect(new Set(ids).size).toBe(ids.length)
  const choosable = ARXIV_ARCHIVES.flatMap(({ id, categories }) =>
    categories.length > 0 ? categories.map((one) => one.id) : [id],
  )
  expect(choosable).toHaveLength(155)
  for (const id of ids) expect(write({ category: id })).toBe(`cat:${id}`)
  const names = ARXIV_ARCHIVES.flatMap(({ name, categories }) => [name, ...categories.map((one) => one.name)])
  expect(names.filter((name) => !/^[A-Z][\w ,-]+[a-z]s?$/.test(name))).toEqual([])
})
