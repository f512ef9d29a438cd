import { describe, expect, test } from 'vitest'
import { sourceName, sourceNews, sourcesLine } from '../../../src/digests/sources-line.ts'
import type { SourceDay } from '../../../src/sources/source-day.repo.ts'

const TODAY = '2026-11-24'
const FEED = 'huggingface'

const day = (source: string, date: string, state: SourceDay['state'], more: Partial<SourceDay> = {}) =>
  ({ source, day: date, state, reason: null, papers: 0, ...more }) as SourceDay

const fresh = (source: string, date: string, papers: number) => day(source, date, 'fresh', { papers })
const quiet = (source: string, date: string, reason: SourceDay['reason']) =>
  day(source, date, 'quiet', { reason })

const lineOf = (...given: Parameters<typeof sourceNews>) => sourcesLine(sourceNews(...given))

test.each<[string, SourceDay[], string]>([
  ['nothing known', [], ''],
  ['papers', [fresh(FEED, TODAY, 31)], 'Hugging Face: 31 papers.'],
  ['one paper', [fresh(FEED, TODAY, 1)], 'Hugging Face: 1 paper.'],
  [
    'papers made up',
    [day(FEED, TODAY, 'fresh', { papers: 4, reason: 'made-up' })],
    'Hugging Face: 4 papers.',
  ],
  ['a weekend', [quiet(FEED, TODAY, 'weekend')], 'Hugging Face: no new papers at the weekend.'],
  ['a holiday', [quiet(FEED, TODAY, 'holiday')], 'Hugging Face: no new papers on a holiday.'],
  ['a working day that ended without', [quiet(FEED, TODAY, 'none')], 'Hugging Face: no new papers.'],
  ['a quiet day without a reason', [quiet(FEED, TODAY, null)], 'Hugging Face: no new papers.'],
  ['waiting, and nothing else is known', [day(FEED, TODAY, 'waiting')], 'Hugging Face: nothing yet.'],
  ['late', [day(FEED, TODAY, 'stalled')], 'Hugging Face: nothing yet.'],
  [
    'late: the list of another day',
    [day(FEED, TODAY, 'stalled', { reason: 'repeated' })],
    'Hugging Face: still an older list.',
  ],
  [
    'today has not come yet: what the day before brought, with its date',
    [fresh(FEED, '2026-11-23', 30), day(FEED, TODAY, 'waiting')],
    'Hugging Face, 23 Nov: 30 papers.',
  ],
  [
    'today repeats the day before, and may still come',
    [fresh(FEED, '2026-11-23', 30), day(FEED, TODAY, 'waiting', { reason: 'repeated' })],
    'Hugging Face, 23 Nov: 30 papers.',
  ],
  [
    'a holiday says so, not what came before it',
    [fresh(FEED, '2026-11-23', 28), quiet(FEED, TODAY, 'holiday')],
    'Hugging Face: no new papers on a holiday.',
  ],
  [
    'no answer today',
    [fresh(FEED, '2026-11-23', 30), day(FEED, TODAY, 'failed')],
    'Hugging Face: nothing yet.',
  ],
  [
    'no answer yesterday, and today not asked yet',
    [day(FEED, '2026-11-23', 'failed')],
    'Hugging Face, 23 Nov: nothing yet.',
  ],
  [
    'papers, though a later fetch failed',
    [day(FEED, TODAY, 'failed', { papers: 12 })],
    'Hugging Face: 12 papers.',
  ],
  [
    'several sources, by their names',
    [fresh('import', TODAY, 2), fresh(FEED, TODAY, 31), quiet('arxiv:cs.CL', TODAY, 'holiday')],
    'Added by the operator: 2 papers. Hugging Face: 31 papers. arXiv cs.CL: no new papers on a holiday.',
  ],
  ['a week ago and tomorrow do not count', [fresh(FEED, '2026-11-17', 31), fresh(FEED, '2026-11-25', 9)], ''],
])('%s', (_what, days, expected) => {
  expect(lineOf(days, TODAY)).toBe(expected)
})

describe('the sources of the settings', () => {
  const days = [fresh('import', TODAY, 2), fresh(FEED, TODAY, 31), quiet('arxiv:cs.CL', TODAY, 'holiday')]

  test('come in their order, and others after them', () => {
    expect(lineOf(days, TODAY, ['arxiv:cs.CL', FEED])).toBe(
      'arXiv cs.CL: no new papers on a holiday. Hugging Face: 31 papers. Added by the operator: 2 papers.',
    )
  })

  test('one that was never asked has not come yet', () => {
    expect(lineOf([], TODAY, [FEED])).toBe('Hugging Face: nothing yet.')
  })
})

describe('sections of one source', () => {
  const sections = (...names: string[]) => names.map((name) => `arxiv:${name}`)

  test('are put together where they say the same of the same day', () => {
    const days = [
      quiet('arxiv:cs.AI', TODAY, 'holiday'),
      quiet('arxiv:cs.CL', TODAY, 'holiday'),
      day('arxiv:cs.LG', TODAY, 'failed'),
      quiet('arxiv:cs.RO', '2026-11-23', 'holiday'),
      quiet(FEED, TODAY, 'holiday'),
    ]
    const order = [...sections('cs.CL', 'cs.LG', 'cs.AI', 'cs.RO'), FEED]
    expect(lineOf(days, TODAY, order)).toBe(
      'arXiv cs.CL, cs.AI: no new papers on a holiday. arXiv cs.LG: nothing yet. arXiv cs.RO, 23 Nov: no new papers on a holiday. Hugging Face: no new papers on a holiday.',
    )
  })

  test('that have as many papers by chance stay apart', () => {
    const days = sections('cs.AI', 'cs.CL').map((source) => fresh(source, TODAY, 9))
    expect(lineOf(days, TODAY)).toBe('arXiv cs.AI: 9 papers. arXiv cs.CL: 9 papers.')
  })

  test('beyond five are counted', () => {
    const order = sections('cs.AI', 'cs.CL', 'cs.CV', 'cs.LG', 'cs.RO')
    expect(lineOf([], TODAY, order)).toBe('arXiv cs.AI, cs.CL, cs.CV, cs.LG, cs.RO: nothing yet.')
    expect(lineOf([], TODAY, [...order, ...sections('math.ST', 'stat.ML')])).toBe(
      'arXiv cs.AI, cs.CL, cs.CV, cs.LG, cs.RO and 2 more: nothing yet.',
    )
  })
})

test.each([
  [11, 11, ': 123 papers.'],
  [12, 12, ': 123 papers.'],
  [13, 12, ': 123 papers. And 1 more source.'],
  [40, 12, ': 123 papers. And 28 more sources.'],
])('%d sources: %d of them fit into the line', (count, fit, end) => {
  const order = Array.from({ length: count }, (_, n) => `arxiv:cs.${String(n).padStart(2, '0')}`)
  const days = order.map((source) => fresh(source, TODAY, 123))
  const line = lineOf(days, TODAY, order)
  expect(line.length).toBeLessThanOrEqual(320)
  expect(line.match(/: 123 papers\./g)).toHaveLength(fit)
  expect(line.endsWith(end)).toBe(true)
})

test('what a source is called', () => {
  expect(['huggingface', 'arxiv:cs.CL', 'import', 'elsewhere'].map(sourceName)).toEqual([
    'Hugging Face',
    'arXiv cs.CL',
    'Added by the operator',
    'elsewhere',
  ])
})
