import { expect, test } from 'vitest'
import { sourcesLine } from '../../../src/digests/sources-line.ts'
import type { SourceDay } from '../../../src/sources/source-day-store.ts'

const day = (source: string, date: string, state: SourceDay['state'], papers = 0): SourceDay => ({
  source,
  day: date,
  state,
  papers,
  failures: 0,
  lastStatus: null,
  lastFault: null,
  fetchedAt: null,
  nextTry: null,
  closedAt: null,
})

test.each<[string, SourceDay[], string]>([
  ['nothing known', [], ''],
  ['papers', [day('huggingface', '2026-11-24', 'fresh', 31)], 'Hugging Face: 31 papers'],
  ['one paper', [day('huggingface', '2026-11-24', 'fresh', 1)], 'Hugging Face: 1 paper'],
  [
    'today has not come yet: what the day before brought',
    [day('huggingface', '2026-11-23', 'fresh', 30), day('huggingface', '2026-11-24', 'waiting')],
    'Hugging Face: 30 papers',
  ],
  [
    'a weekend: what Friday brought',
    [
      day('huggingface', '2026-11-20', 'fresh', 28),
      day('huggingface', '2026-11-21', 'quiet'),
      day('huggingface', '2026-11-22', 'quiet'),
    ],
    'Hugging Face: 28 papers',
  ],
  ['quiet all week', [day('huggingface', '2026-11-24', 'quiet')], 'Hugging Face: no papers'],
  [
    'no answer today',
    [day('huggingface', '2026-11-23', 'fresh', 30), day('huggingface', '2026-11-24', 'failed')],
    'Hugging Face: no answer yet',
  ],
  [
    'papers, though a later fetch failed',
    [day('huggingface', '2026-11-24', 'failed', 12)],
    'Hugging Face: 12 papers',
  ],
  [
    'two sources, in order of their names',
    [day('arxiv:cs.CL', '2026-11-24', 'stalled'), day('huggingface', '2026-11-24', 'fresh', 31)],
    'Hugging Face: 31 papers, arXiv cs.CL: no answer yet',
  ],
  [
    'a week ago and tomorrow do not count',
    [day('huggingface', '2026-11-17', 'fresh', 31), day('huggingface', '2026-11-25', 'fresh', 9)],
    '',
  ],
])('%s', (_what, days, expected) => {
  expect(sourcesLine(days, '2026-11-24')).toBe(expected)
})
