import fc from 'fast-check'
import type { Day } from '../../../src/core/dates.ts'
import { parseIdentifier } from '../../../src/sources/identifier.ts'
import type { SourceRecord } from '../../../src/sources/source.ts'

/** What one answer of a source says. */
export interface Call {
  source: string
  day: Day
  now: Date
  records: SourceRecord[]
}

interface Real {
  arxiv?: string[]
  doi?: string
  titles: [string, string]
}

// Of each paper the ways in which sources write its identifiers, and its titles.
const REAL: Real[] = [
  {
    arxiv: ['2608.00010', 'https://arxiv.org/abs/2608.00010v2'],
    doi: '10.1000/a',
    titles: ['Alpha', 'On α'],
  },
  { arxiv: ['2608.00100', 'arXiv:2608.00100v1'], doi: '10.1000/b', titles: ['Beta', 'On β'] },
  { arxiv: ['hep-th/9901010', 'arXiv:hep-th/9901010v3'], titles: ['Gamma', 'GAMMA, revisited'] },
  { arxiv: ['math/9901010', 'math.AG/9901010'], doi: '10.1000/d', titles: ['Delta', 'On δ'] },
  { doi: '10.1000/e', titles: ['Epsilon', 'On ε'] },
  { titles: ['Zeta', 'ZETA!'] },
]

/** Several papers have this title, so a record with it also has an arXiv id. */
export const SHARED_TITLE = 'Technical Report'

const SOURCES = ['arxiv:cs', 'huggingface']
const DAYS = ['2026-08-12', '2026-08-13', '2026-08-14']
const HOURS = [5, 6, 7, 8].map((hour) => new Date(Date.UTC(2026, 7, 18, hour)))

const sayingOf = (reals: number[]) =>
  fc.record({
    real: fc.constantFrom(...reals),
    form: fc.constantFrom(undefined, 0, 1),
    hasDoi: fc.boolean(),
    title: fc.constantFrom(0 as const, 1 as const, 'shared' as const),
    kind: fc.constantFrom(
      undefined,
      'new' as const,
      'cross' as const,
      'revised' as const,
      'revised' as const,
    ),
    version: fc.constantFrom(undefined, 1, 2, 3),
    text: fc.constantFrom('', 'Short.', 'Other.', 'What it says, at length.'),
    words: fc.subarray(['attention', 'robots', 'weather']),
    link: fc.constantFrom(undefined, 'a', 'bb'),
    saysVotes: fc.boolean(),
    publishedOn: fc.constantFrom(undefined, 1, 2),
    withdrawnOn: fc.constantFrom(undefined, undefined, undefined, 8, 9),
  })

type Saying = ReturnType<ReturnType<typeof sayingOf>['generate']>['value']

const august = (day?: number): Date | undefined => (day ? new Date(Date.UTC(2026, 7, day)) : undefined)

function recordOf(saying: Saying, { source, day, now }: Omit<Call, 'records'>): SourceRecord {
  const { arxiv, doi, titles } = REAL[saying.real]!
  const form = arxiv?.[saying.form ?? (saying.title === 'shared' ? 0 : 2)]
  const written = [form ?? [], saying.hasDoi && doi ? doi : []].flat()
  // A value that comes again later is not written again: links of two instants differ.
  const link = saying.link && `https://${saying.link}.example/${now.getTime()}`
  const votes = saying.saysVotes ? (saying.real + SOURCES.indexOf(source) + DAYS.indexOf(day)) % 4 : undefined
  return {
    kind: saying.kind,
    keys: written.map((text) => parseIdentifier(text)!.key),
    title: saying.title === 'shared' ? (arxiv ? SHARED_TITLE : titles[0]) : titles[saying.title],
    abstract: saying.text,
    authors: saying.words,
    categories: saying.words.slice(1),
    keywords: saying.words.toReversed(),
    organization: link,
    codeUrl: link,
    codeStars: link ? now.getTime() / 1000 : undefined,
    projectUrl: link,
    summary: link && `It says ${link}.`,
    publishedAt: august(saying.publishedOn),
    version: saying.version,
    withdrawnAt: august(saying.withdrawnOn),
    votes,
    comments: votes,
  }
}

const callsAbout = (reals: number[]): fc.Arbitrary<Call[]> =>
  fc.array(
    fc
      .record({
        source: fc.constantFrom(...SOURCES),
        day: fc.constantFrom(...DAYS),
        now: fc.constantFrom(...HOURS),
        sayings: fc.array(sayingOf(reals), { minLength: 1, maxLength: 4 }),
      })
      .map(({ sayings, ...call }) => ({ ...call, records: sayings.map((saying) => recordOf(saying, call)) })),
    { minLength: 1, maxLength: 6 },
  )

/** A few answers of sources, about the same few papers over and over. */
export const anyCalls = fc.subarray([...REAL.keys()], { minLength: 1, maxLength: 3 }).chain(callsAbout)

/** The same, each record by itself or with others, in any order, and some more than once. */
export function rearranged(calls: readonly Call[]): fc.Arbitrary<Call[]> {
  const pieces = calls.flatMap(({ records, ...call }) =>
    records.map((record) => ({ ...call, records: [record] })),
  )
  return fc
    .subarray(pieces)
    .map((again) => [...pieces, ...again])
    .chain((all) => fc.shuffledSubarray(all, { minLength: all.length }))
    .chain((all) => fc.boolean().map((joins) => (joins ? joined(all) : all)))
}

function joined(pieces: readonly Call[]): Call[] {
  const calls: Call[] = []
  for (const piece of pieces) {
    const last = calls.at(-1)
    if (last?.source === piece.source && last.day === piece.day && last.now === piece.now)
      last.records.push(...piece.records)
    else calls.push({ ...piece, records: [...piece.records] })
  }
  return calls
}
