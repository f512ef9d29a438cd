import { describe, expect, test } from 'vitest'
import { composeWelcome, matchedElsewhere, type WelcomeInput } from '../../../src/digests/compose-welcome.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import { samplePaper } from '../../support/sample-paper.ts'

// A Tuesday.
const NOW = new Date('2026-11-24T12:00:00Z')

const paper = (id: number, title: string, firstDay: string, votes = 0) =>
  samplePaper({ id, title, abstract: `On ${title}.`, firstDay, votes })

const PAPERS = [
  paper(1, 'Graphs too old', '2026-11-10', 9),
  paper(2, 'Graphs', '2026-11-11', 3),
  paper(3, 'Robots', '2026-11-20', 1),
  paper(4, 'Robots that see', '2026-11-20', 8),
  paper(5, 'Vision', '2026-11-23', 5),
  paper(6, 'Robots of the day', '2026-11-24', 50),
]
const queries = new Map(['robots', 'vision', 'graphs', 'nothing'].map((text, i) => [i + 1, parseQuery(text)]))
const topics = (...ids: number[]) =>
  ids.map((queryId) => ({ id: 30 + queryId, name: `topic ${queryId}`, queryId }))
const recipient = {
  subscriberId: 's',
  paused: false,
  weekly: false,
  maxPapers: 15,
  confirmedAt: NOW,
  topics: topics(1),
}
const welcome = (more: Partial<WelcomeInput> = {}) =>
  composeWelcome({ recipient, papers: PAPERS, queries, shown: [], now: NOW, ...more })
const idsIn = (content: ReturnType<typeof welcome>) =>
  content?.sections.map(({ topic, papers }) => [topic, papers.map(({ id }) => id)])

describe('a welcome with topics', () => {
  test('has the newest day before that of confirming on which something matched', () => {
    const content = welcome()
    expect(content).toMatchObject({ localDate: '2026-11-20', bestOf: null, week: null, more: 0, beyond: [] })
    expect(idsIn(content)).toEqual([['topic 1', [3, 4]]])
    expect(content!.sections[0]).toMatchObject({ topicId: 31 })
    expect(content!.sections[0]!.papers[0]).toMatchObject({
      reason: { kind: 'match', found: { title: ['robots'] } },
    })
  })

  test('has only one day, for any number of topics', () => {
    expect(idsIn(welcome({ recipient: { ...recipient, topics: topics(1, 2) } }))).toEqual([['topic 2', [5]]])
  })

  test('has papers up to the cap', () => {
    const content = welcome({ recipient: { ...recipient, maxPapers: 1 } })
    expect([idsIn(content), content!.more, content!.beyond]).toEqual([[['topic 1', [3]]], 1, [4]])
  })

  test('has the order of a larger archive', () => {
    expect(idsIn(welcome({ order: new Map([[1, [4, 3]]]) }))).toEqual([['topic 1', [4, 3]]])
    expect(idsIn(welcome({ order: new Map([[1, [3]]]) }))).toEqual([['topic 1', [3, 4]]])
  })

  test('has only one day for a subscriber of one day a week too', () => {
    expect(idsIn(welcome({ recipient: { ...recipient, weekly: true } }))).toEqual([['topic 1', [3, 4]]])
  })

  test('has papers of 14 days, including that of confirming', () => {
    expect(idsIn(welcome({ recipient: { ...recipient, topics: topics(3) } }))).toEqual([['topic 3', [2]]])
    expect(welcome({ recipient: { ...recipient, topics: topics(3) }, shown: [2] })).toBeNull()
  })

  test('leaves out what an earlier subscription showed', () => {
    expect(idsIn(welcome({ shown: [4] }))).toEqual([['topic 1', [3]]])
    expect(welcome({ shown: [3, 4] })).toBeNull()
  })

  test('is null if nothing matched', () => {
    expect(welcome({ recipient: { ...recipient, topics: topics(4) } })).toBeNull()
    expect(welcome({ papers: [] })).toBeNull()
  })

  test('throws if no query can be read', () => {
    const broken = new Map([[1, { kind: 'no such' } as never]])
    expect(() => welcome({ queries: broken })).toThrow()
  })
})

test('`matchedElsewhere` counts matches of today, and those that were sent before', () => {
  const robots = PAPERS.filter(({ title }) => title.startsWith('Robots'))
  expect(matchedElsewhere(robots, { shown: [], now: NOW })).toEqual({ matchedToday: 1, mailedBefore: 0 })
  expect(matchedElsewhere(robots, { shown: [3, 4, 5, 6], now: NOW })).toEqual({
    matchedToday: 0,
    mailedBefore: 3,
  })
  expect(matchedElsewhere([], { shown: [3], now: NOW })).toEqual({ matchedToday: 0, mailedBefore: 0 })
})

describe('a welcome without topics', () => {
  const best = { ...recipient, topics: [] }

  test('has the best of the day before the one of the first digest', () => {
    // 20 hours ago it was Monday: its best come with the first digest.
    const content = welcome({ recipient: best })
    expect(content).toMatchObject({ localDate: '2026-11-20', bestOf: '2026-11-20', week: null })
    expect(idsIn(content)).toEqual([[null, [4, 3]]])
  })

  test('has an earlier day if that day has no papers', () => {
    const papers = PAPERS.filter(({ firstDay }) => firstDay !== '2026-11-23')
    expect(welcome({ recipient: best, papers })).toMatchObject({ bestOf: '2026-11-11' })
  })

  test('is null if there is no such day', () => {
    expect(welcome({ recipient: best, papers: PAPERS.slice(4) })).toBeNull()
  })
})
