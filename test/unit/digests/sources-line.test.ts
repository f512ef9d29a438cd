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
  [
    'papers',
    [day('huggingface', '2026-11-24', 'fresh', 31)],
    'The newest lists we read: 31 papers from Hugging Face.',
  ],
  [
    'one paper',
    [day('huggingface', '2026-11-24', 'fresh', 1)],
    'The newest lists we read: 1 paper from Hugging Face.',
  ],
  [
    'today has not come yet: what the day before brought',
    [day('huggingface', '2026-11-23', 'fresh', 30), day('huggingface', '2026-11-24', 'waiting')],
    'The newest lists we read: 30 papers from Hugging Face.',
  ],
  [
    'a weekend: what Friday brought',
    [
      day('huggingface', '2026-11-20', 'fresh', 28),
      day('huggingface', '2026-11-21', 'quiet'),
      day('huggingface', '2026-11-22', 'quiet'),
    ],
    'The newest lists we read: 28 papers from Hugging Face.',
  ],
  [
    'quiet all week',
    [day('huggingface', '2026-11-24', 'quiet')],
    'The newest lists we read: no papers from Hugging Face.',
  ],
  [
    'no answer today',
    [day('huggingface', '2026-11-23', 'fresh', 30), day('huggingface', '2026-11-24', 'failed')],
    'No answer yet from Hugging Face; what is listed there comes with a later mail.',
  ],
  [
    'papers, though a later fetch failed',
    [day('huggingface', '2026-11-24', 'failed', 12)],
    'The newest lists we read: 12 papers from Hugging Face.',
  ],
  [
    'two sources, in order of their names',
    [day('arxiv:cs.CL', '2026-11-24', 'stalled'), day('huggingface', '2026-11-24', 'fresh', 31)],
    'The newest lists we read: 31 papers from Hugging Face. No answer yet from arXiv cs.CL; what is listed there comes with a later mail.',
  ],
  [
    'three sources, one of them read from a file',
    [
      day('import', '2026-11-24', 'fresh', 2),
      day('huggingface', '2026-11-24', 'fresh', 31),
      day('arxiv:cs.CL', '2026-11-24', 'quiet'),
    ],
    'The newest lists we read: 31 papers from Hugging Face, 2 papers from a list of our own and no papers from arXiv cs.CL.',
  ],
  [
    'a week ago and tomorrow do not count',
    [day('huggingface', '2026-11-17', 'fresh', 31), day('huggingface', '2026-11-25', 'fresh', 9)],
    '',
  ],
])('%s', (_what, days, expected) => {
  expect(sourcesLine(days, '2026-11-24')).toBe(expected)
})
