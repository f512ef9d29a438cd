import { describe, expect, test } from 'vitest'
import { type SourceNews, sourceNews, sourcesLine } from '../../../src/digests/sources-line.ts'
import type { SourceDay } from '../../../src/sources/source-day.repo.ts'

const TODAY = '2026-11-24'
const YESTERDAY = '2026-11-23'
const FEED = 'huggingface'

const day = (source: string, date: string, state: SourceDay['state'], more: Partial<SourceDay> = {}) =>
  ({ source, day: date, state, reason: null, papers: 0, ...more }) as SourceDay

const fresh = (source: string, date: string, papers: number) => day(source, date, 'fresh', { papers })
const quiet = (source: string, date: string, reason: SourceDay['reason']) =>
  day(source, date, 'quiet', { reason })

describe('`sourceNews`', () => {
  test.each<[string, SourceDay[], Partial<SourceNews>[]]>([
    ['is empty if nothing is known', [], []],
    ['counts papers', [fresh(FEED, TODAY, 31)], [{ brought: 31 }]],
    [
      'counts made-up papers',
      [day(FEED, TODAY, 'fresh', { papers: 4, reason: 'made-up' })],
      [{ brought: 4 }],
    ],
    ['gives the weekend as the reason', [quiet(FEED, TODAY, 'weekend')], [{ brought: 'weekend' }]],
    ['gives a holiday as the reason', [quiet(FEED, TODAY, 'holiday')], [{ brought: 'holiday' }]],
    ['gives no reason for a working day without papers', [quiet(FEED, TODAY, 'none')], [{ brought: 'none' }]],
    ['gives no reason for a quiet day without one', [quiet(FEED, TODAY, null)], [{ brought: 'none' }]],
    ['has nothing yet while it waits', [day(FEED, TODAY, 'waiting')], [{ brought: 'notYet' }]],
    ['has nothing yet of a stalled day', [day(FEED, TODAY, 'stalled')], [{ brought: 'notYet' }]],
    [
      'names an older list that is repeated',
      [day(FEED, TODAY, 'stalled', { reason: 'repeated' })],
      [{ brought: 'repeated' }],
    ],
    [
      'takes the day before, with its date, while today waits',
      [fresh(FEED, YESTERDAY, 30), day(FEED, TODAY, 'waiting')],
      [{ day: YESTERDAY, brought: 30 }],
    ],
    [
      'takes the day before while today repeats it',
      [fresh(FEED, YESTERDAY, 30), day(FEED, TODAY, 'waiting', { reason: 'repeated' })],
      [{ day: YESTERDAY, brought: 30 }],
    ],
    [
      'takes a holiday, not the day before it',
      [fresh(FEED, YESTERDAY, 28), quiet(FEED, TODAY, 'holiday')],
      [{ brought: 'holiday' }],
    ],
    [
      'has nothing yet if today failed',
      [fresh(FEED, YESTERDAY, 30), day(FEED, TODAY, 'failed')],
      [{ brought: 'notYet' }],
    ],
    [
      'has nothing yet of a failed yesterday, before the first request of today',
      [day(FEED, YESTERDAY, 'failed')],
      [{ day: YESTERDAY, brought: 'notYet' }],
    ],
    [
      'counts the papers of a day whose later fetch failed',
      [day(FEED, TODAY, 'failed', { papers: 12 })],
      [{ brought: 12 }],
    ],
    [
      'sorts sources by their names',
      [fresh('import', TODAY, 2), fresh(FEED, TODAY, 31), quiet('arxiv:cs.CL', TODAY, 'holiday')],
      [
        { source: 'import', brought: 2 },
        { source: FEED, brought: 31 },
        { source: 'arxiv:cs.CL', brought: 'holiday' },
      ],
    ],
    [
      'does not count a week ago and tomorrow',
      [fresh(FEED, '2026-11-17', 31), fresh(FEED, '2026-11-25', 9)],
      [],
    ],
  ])('%s', (_title, days, expected) => {
    expect(sourceNews(days, TODAY)).toEqual(expected.map((news) => ({ source: FEED, ...news })))
  })

  test('keeps the order of the settings, with other sources after them', () => {
    const days = [fresh('import', TODAY, 2), fresh(FEED, TODAY, 31), quiet('arxiv:cs.CL', TODAY, 'holiday')]
    const news = sourceNews(days, TODAY, ['arxiv:cs.CL', FEED])
    expect(news.map(({ source }) => source)).toEqual(['arxiv:cs.CL', FEED, 'import'])
  })

  test('has nothing yet of a source of the settings that was never fetched', () => {
    expect(sourceNews([], TODAY, [FEED])).toEqual([{ source: FEED, brought: 'notYet' }])
  })
})

describe('`sourcesLine`', () => {
  const sections = (...names: string[]) => names.map((name) => `arxiv:${name}`)
  /** The clauses of the line, each as the sources that it names: "arXiv cs.CL, cs.AI". */
  const namesIn = (line: string) => [...line.matchAll(/([^:]+): [^.]+\.(?: |$)/g)].map(([, names]) => names)

  test('joins sections of one source with the same news of the same day', () => {
    const news: SourceNews[] = [
      { source: 'arxiv:cs.CL', brought: 'holiday' },
      { source: 'arxiv:cs.LG', brought: 'notYet' },
      { source: 'arxiv:cs.AI', brought: 'holiday' },
      { source: 'arxiv:cs.RO', day: YESTERDAY, brought: 'holiday' },
      { source: FEED, brought: 'holiday' },
    ]
    expect(namesIn(sourcesLine(news))).toEqual([
      'arXiv cs.CL, cs.AI',
      'arXiv cs.LG',
      'arXiv cs.RO, 23 Nov',
      'Hugging Face',
    ])
  })

  test('does not join sections that have the same number of papers', () => {
    const news = sections('cs.AI', 'cs.CL').map((source) => ({ source, brought: 9 }))
    expect(namesIn(sourcesLine(news))).toEqual(['arXiv cs.AI', 'arXiv cs.CL'])
  })

  test('names up to five sections', () => {
    const all = sections('cs.AI', 'cs.CL', 'cs.CV', 'cs.LG', 'cs.RO', 'math.ST', 'stat.ML')
    const news = all.map((source) => ({ source, brought: 'notYet' as const }))
    expect(namesIn(sourcesLine(news.slice(0, 5)))).toEqual(['arXiv cs.AI, cs.CL, cs.CV, cs.LG, cs.RO'])
    const [names] = namesIn(sourcesLine(news))
    expect(names).toMatch(/^arXiv cs\.AI, cs\.CL, cs\.CV, cs\.LG, cs\.RO\D+2\D+$/)
  })

  test.each([
    [11, 11],
    [12, 12],
    [13, 12],
    [40, 12],
  ])('has, of %d sources, the %d that fit, and counts the others', (count, fit) => {
    const line = sourcesLine(
      Array.from({ length: count }, (_, n) => ({
        source: `arxiv:cs.${String(n).padStart(2, '0')}`,
        brought: 123,
      })),
    )
    expect(line.length).toBeLessThanOrEqual(320)
    expect(line.match(/ 123 /g)).toHaveLength(fit)
    expect(/ (\d+) [^:]*$/.exec(line.replace(/^.*123 \S+ ?/, ''))?.[1]).toBe(
      count > fit ? `${count - fit}` : undefined,
    )
  })
})
