import { describe, expect, test } from 'vitest'
import { candidatesFrom } from '../../../src/digests/candidates.ts'
import { type ComposeInput, compose } from '../../../src/digests/compose.ts'
import type { EarlierDigest } from '../../../src/digests/eligible-range.ts'
import { createMatcher } from '../../../src/digests/matcher.ts'
import type { Paper } from '../../../src/papers/paper.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'

const NOTHING_LEARNED = { usual: 0, removed: [], step: 0, votedStep: 0 }
const NOTHING = { toHistory: 0, bestDay: null, papers: [], matched: 0, content: null }

const paper = (id: number, title: string, firstDay: string, more: Partial<Paper> = {}): Paper => ({
  id,
  title,
  abstract: `We study ${title}.`,
  authors: ['A. Author'],
  categories: [],
  keywords: [],
  organization: null,
  codeUrl: null,
  codeStars: null,
  projectUrl: null,
  summary: null,
  publishedAt: null,
  arxivId: `2611.0000${id}`,
  doi: null,
  firstDay,
  onlyRevised: false,
  revisedDay: null,
  votes: 0,
  comments: null,
  ...more,
})

const PAPERS = [
  paper(1, 'attention', '2026-11-10'),
  paper(2, 'attention', '2026-11-11', { votes: 4 }),
  paper(3, 'agents', '2026-11-22', { votes: 9 }),
  paper(4, 'attention for agents', '2026-11-23', { votes: 2 }),
  paper(5, 'graphs', '2026-11-23', { votes: 7 }),
  paper(6, 'agents', '2026-11-24', { votes: null }),
]

/** Query 1 is the word attention, query 2 agents, query 3 graphs; they match only titles. */
const queries = new Map(
  ['attention', 'agents', 'graphs'].map((word, i) => [i + 1, parseQuery(`title:${word}`)]),
)
const candidates = candidatesFrom(createMatcher(PAPERS, queries))

const topics = [
  { id: 31, name: 'Attention', queryId: 1 },
  { id: 32, name: 'Agents', queryId: 2 },
]
const recipient = {
  subscriberId: 's',
  paused: false,
  weekly: false,
  maxPapers: 15,
  confirmedAt: new Date('2026-01-01T00:00:00Z'),
  topics,
}
const composed = (more: Partial<ComposeInput> = {}, papers = candidates) =>
  compose(papers, {
    recipient,
    earlier: [],
    localDate: '2026-11-24',
    maxPaperId: 6,
    history: 0,
    sources: [{ source: 'huggingface', brought: 31 }],
    now: new Date('2026-11-24T08:00:00Z'),
    ...more,
  })
const digest = (more: Partial<EarlierDigest>): EarlierDigest => ({
  fromPaper: 0,
  toPaper: 0,
  papers: [],
  bestDay: null,
  settled: true,
  ...more,
})

describe('a digest for topics', () => {
  test('has the matches of its 14 days, in sections, with the reasons', () => {
    const { content, ...rest } = composed()
    // Paper 1 was first listed 14 days before.
    expect(rest).toEqual({
      fromPaper: 1,
      toPaper: 6,
      toHistory: 0,
      bestDay: null,
      papers: [2, 4, 3, 6],
      matched: 4,
    })
    expect(content).toMatchObject({
      localDate: '2026-11-24',
      bestOf: null,
      more: 0,
      lang: 'en',
      sources: [{ source: 'huggingface', brought: 31 }],
    })
    expect(
      content!.sections.map(({ topic, papers }) => [
        topic,
        papers.map(({ id, reason, also }) => [id, reason?.kind === 'match' && reason.found, also]),
      ]),
    ).toEqual([
      [
        'Attention',
        [
          [2, { title: ['attention'] }, undefined],
          [4, { title: ['attention'] }, ['Agents']],
        ],
      ],
      [
        'Agents',
        [
          [3, { title: ['agents'] }, undefined],
          [6, { title: ['agents'] }, undefined],
        ],
      ],
    ])
  })

  test('freezes a paper as it was, with the match marked', () => {
    const earlier = [digest({ fromPaper: 0, toPaper: 3, papers: [2] })]
    const { content } = composed({ earlier, maxPaperId: 5 })
    expect(content!.sections).toEqual([
      {
        topic: 'Attention',
        topicId: 31,
        papers: [
          {
            id: 4,
            title: [
              { text: 'attention', marked: true },
              { text: ' for agents', marked: false },
            ],
            path: '/papers/2611.00004',
            authors: ['A. Author'],
            snippet: [
              { text: 'We study ', marked: false },
              { text: 'attention', marked: true },
              { text: ' for agents.', marked: false },
            ],
            reason: { kind: 'match', found: { title: ['attention'] } },
            also: ['Agents'],
            votes: 2,
            comments: null,
            codeUrl: null,
            day: '2026-11-23',
          },
        ],
      },
    ])
  })

  test('freezes the authors that an email names, and the number of the others', () => {
    const authors = Array.from({ length: 3000 }, (_, i) => `Author ${i + 1}`)
    const byThousands = PAPERS.map((one) => ({ ...one, authors }))
    const { content } = composed({}, candidatesFrom(createMatcher(byThousands, queries)))
    expect(content!.sections[0]!.papers[0]).toMatchObject({
      authors: ['Author 1', 'Author 2', 'Author 3', 'Author 4'],
      moreAuthors: 2996,
    })
  })

  test('counts papers beyond the cap as matched, and does not offer them again', () => {
    const first = composed({ recipient: { ...recipient, maxPapers: 2 } })
    expect(first).toMatchObject({ papers: [2, 3], matched: 4, content: { more: 2, beyond: [4, 6] } })
    const next = composed({
      earlier: [digest({ fromPaper: first.fromPaper, toPaper: first.toPaper, papers: [2, 3] })],
    })
    expect(next).toEqual({
      fromPaper: 6,
      toPaper: 6,
      ...NOTHING,
    })
  })

  test('ranks papers like those voted More higher in their topic, and chooses them first under a cap', () => {
    const three = [7, 8, 9].map((id) =>
      paper(id, `agents and ${['graphs', 'robots', 'music'][id - 7]}`, '2026-11-24'),
    )
    const candidates = candidatesFrom(createMatcher(three, queries))
    const learned = (phrase: string, weight = 1) => ({
      learned: new Map([[32, { ...NOTHING_LEARNED, phrases: new Map([[phrase, weight]]) }]]),
    })
    const alone = { recipient: { ...recipient, topics: [topics[1]!] }, maxPaperId: 9 }
    expect(composed(alone, candidates).papers).toEqual([9, 8, 7])
    expect(composed({ ...alone, ...learned('music', -1) }, candidates).papers).toEqual([8, 7, 9])
    const liked = composed({ ...alone, ...learned('robots') }, candidates)
    expect(liked).toMatchObject({ papers: [8, 9, 7], matched: 3 })
    const capped = { ...alone, recipient: { ...alone.recipient, maxPapers: 1 } }
    expect(composed(capped, candidates)).toMatchObject({ papers: [9], matched: 3 })
    expect(composed({ ...capped, ...learned('robots') }, candidates)).toMatchObject({
      papers: [8],
      matched: 3,
    })
    const elsewhere = new Map([[31, { ...NOTHING_LEARNED, phrases: new Map([['robots', 1]]) }]])
    expect(composed({ ...alone, learned: elsewhere }, candidates).papers).toEqual([9, 8, 7])
  })

  describe('near misses', () => {
    /** `closest`: for each query, paper ids, the closest first; the first has 0.9, each of the others 0.05 less. */
    const closeTo = (closest: Record<number, number[]>) => ({
      ...candidates,
      closeTo: (queryId: number) =>
        (closest[queryId] ?? []).map((id, i) => ({ id, docId: id - 1, closeness: 0.9 - i / 20 })),
    })
    const wanting = { ...recipient, related: true, topics: [topics[0]!] }
    // Paper 1 is too old.
    const near = closeTo({ 1: [1, 3, 5, 6] })

    test('follow the matches in one section, with their topic, and count as shown but not as matched', () => {
      const draft = composed({ recipient: wanting }, near)
      expect(draft).toMatchObject({ papers: [2, 4, 3, 5, 6], matched: 2, content: { more: 0 } })
      expect(draft.content!.sections).toHaveLength(2)
      expect(draft.content!.sections[1]).toMatchObject({ topic: null, topicId: null, close: true })
      for (const paper of draft.content!.sections[1]!.papers) {
        expect(paper.closeTo).toEqual({ topic: 'Attention', topicId: 31 })
        expect(paper.reason).toEqual({ kind: 'close', terms: [] })
      }
    })

    test('make a digest without a match', () => {
      const earlier = [digest({ toPaper: 4, papers: [2, 4] })]
      const draft = composed({ recipient: wanting, earlier, localDate: '2026-11-25' }, near)
      expect(draft).toMatchObject({ fromPaper: 4, papers: [5, 6], matched: 0 })
      expect(draft.content!.sections).toMatchObject([{ close: true }])
    })

    test('are up to three within the cap, the nearest first, and match no topic', () => {
      expect(composed({ recipient: { ...wanting, maxPapers: 3 } }, near).papers).toEqual([2, 4, 3])
      expect(composed({ recipient: { ...wanting, maxPapers: 2 } }, near).papers).toEqual([2, 4])
      expect(composed({ recipient: { ...recipient, related: true } }, near).papers).toEqual([2, 4, 3, 6, 5])
      expect(composed({ recipient: { ...wanting, related: false } }, near).papers).toEqual([2, 4])
    })

    test('appear once, under the topic to which they are nearest', () => {
      const both = { ...wanting, topics: [topics[0]!, { id: 33, name: 'Cooking', queryId: 3 }] }
      const draft = composed({ recipient: both }, closeTo({ 1: [1, 6, 3], 3: [3, 6] }))
      const [close] = draft.content!.sections.filter((section) => section.close)
      expect(close!.papers.map(({ id, closeTo }) => [id, closeTo!.topicId])).toEqual([
        [3, 33],
        [6, 31],
      ])
    })

    test('have the reason of a model that graded them for the topic', () => {
      const grades = new Map([[3, { grade: 9, reason: 'Trains them at scale.', by: 'reader-1' }]])
      const graded = { ...near, gradesOf: (topicId: number) => (topicId === 31 ? grades : undefined) }
      const [, close] = composed({ recipient: wanting }, graded).content!.sections
      const grade = { reason: 'Trains them at scale.', by: 'reader-1' }
      expect(close!.papers.map(({ closeTo }) => closeTo)).toEqual([
        { topic: 'Attention', topicId: 31, grade },
        { topic: 'Attention', topicId: 31 },
        { topic: 'Attention', topicId: 31 },
      ])
    })

    test('are chosen only from new papers that were not shown', () => {
      const earlier = [digest({ toPaper: 5, papers: [2, 4] })]
      expect(composed({ recipient: wanting, earlier }, near).papers).toEqual([6])
      const shown = [digest({ papers: [3, 6] })]
      expect(composed({ recipient: wanting, earlier: shown }, near).papers).toEqual([2, 4, 5])
      expect(composed({ recipient: wanting, maxPaperId: 4 }, near).papers).toEqual([2, 4, 3])
    })
  })

  test('has the week and its older papers, if it is weekly', () => {
    expect(composed().content!.week).toBeNull()
    const { content } = composed({ recipient: { ...recipient, weekly: true } })
    expect(content!.week).toEqual({ from: '2026-11-11', to: '2026-11-24' })
  })

  test('has nothing from before the day of confirming', () => {
    const confirmedAt = new Date('2026-11-23T20:00:00Z')
    expect(composed({ recipient: { ...recipient, confirmedAt } })).toMatchObject({
      fromPaper: 3,
      papers: [4, 6],
    })
  })

  test('has nothing from before the day on which an import added the subscriber', () => {
    const importedAt = new Date('2026-11-23T20:00:00Z')
    expect(composed({ recipient: { ...recipient, importedAt } })).toMatchObject({
      fromPaper: 3,
      papers: [4, 6],
    })
  })

  test('has no paper above maxPaperId', () => {
    expect(composed({ maxPaperId: 3 })).toMatchObject({ fromPaper: 1, toPaper: 3, papers: [2, 3] })
  })

  test('moves its range on if nothing matched', () => {
    const graphs = { ...recipient, topics: [{ id: 33, name: 'Graphs', queryId: 3 }] }
    expect(composed({ recipient: graphs, earlier: [digest({ toPaper: 5 })] })).toEqual({
      fromPaper: 5,
      toPaper: 6,
      ...NOTHING,
    })
  })
})

describe('a digest without topics', () => {
  const plain = { ...recipient, topics: [] }

  test('has the best by votes of the newest day that began 20 hours ago', () => {
    const { content, ...rest } = composed({ recipient: plain })
    expect(rest).toEqual({
      fromPaper: 0,
      toPaper: 0,
      toHistory: 0,
      bestDay: '2026-11-23',
      papers: [5, 4],
      matched: 2,
    })
    expect(content).toMatchObject({ bestOf: '2026-11-23', more: 0, sections: [{ topic: null }] })
    expect(content!.sections[0]!.papers[0]).toMatchObject({
      reason: null,
      title: [{ text: 'graphs', marked: false }],
    })
  })

  test.each([
    ['2026-11-24T19:59:59.999Z', '2026-11-23'],
    ['2026-11-24T20:00:00Z', '2026-11-24'],
    // No papers on the 25th and 26th.
    ['2026-11-26T20:00:00Z', '2026-11-24'],
  ])('has the best, at %s, of %s', (now, day) => {
    expect(composed({ recipient: plain, now: new Date(now) }).bestDay).toBe(day)
  })

  test('does not depend on the day of confirming', () => {
    const confirmedAt = new Date('2026-11-24T07:59:00Z')
    expect(composed({ recipient: { ...plain, confirmedAt } }).papers).toEqual([5, 4])
  })

  test('has up to the requested number of papers, and counts the others', () => {
    expect(composed({ recipient: { ...plain, maxPapers: 1 } })).toMatchObject({
      papers: [5],
      matched: 2,
      content: { more: 1 },
    })
  })

  test('has the best of the week for a subscriber of one day a week', () => {
    const { content, ...rest } = composed({ recipient: { ...plain, weekly: true, maxPapers: 2 } })
    expect(rest).toMatchObject({ bestDay: '2026-11-23', papers: [3, 5], matched: 3 })
    expect(content).toMatchObject({ week: { from: '2026-11-17', to: '2026-11-23' }, more: 1, beyond: [4] })
  })

  test('offers a day once', () => {
    const earlier = [digest({ bestDay: '2026-11-23', papers: [5] })]
    expect(composed({ recipient: plain, earlier })).toMatchObject({
      bestDay: null,
      papers: [],
      content: null,
    })
  })

  test('leaves out papers that were shown before', () => {
    const earlier = [digest({ fromPaper: 0, toPaper: 5, papers: [5] })]
    expect(composed({ recipient: plain, earlier })).toMatchObject({ fromPaper: 5, toPaper: 5, papers: [4] })
  })

  test('leaves papers that it did not show to topics added later', () => {
    const { fromPaper, toPaper, papers, bestDay } = composed({ recipient: plain })
    const earlier = [digest({ fromPaper, toPaper, papers, bestDay })]
    expect(composed({ earlier })).toMatchObject({ fromPaper: 1, papers: [2, 3, 6] })
  })
})
