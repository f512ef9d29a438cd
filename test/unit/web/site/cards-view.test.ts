import { describe, expect, test } from 'vitest'
import { counted, fill, words } from '../../../../src/i18n/words.ts'
import { FIRST_PAGE, type PaperList } from '../../../../src/search/load-paper-list.ts'
import { spanOf } from '../../../../src/search/spans.ts'
import { cardsView } from '../../../../src/web/site/cards-view.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

const TODAY = '2026-11-24'

/** A list of papers with these votes, the most first. */
function listOf(votes: (number | null)[], changes: Partial<PaperList> = {}): PaperList {
  return {
    ...FIRST_PAGE,
    span: spanOf('day', TODAY),
    today: TODAY,
    papers: votes.map((votes, id) => samplePaper({ id, title: String(id), votes })),
    counts: { papers: votes.length, withCode: 0 },
    pages: 1,
    first: 1,
    mostVotes: votes[0] ?? null,
    gains: null,
    previous: null,
    next: null,
    ...changes,
  }
}

const partsOf = (list: PaperList) => {
  const { lead, cards, briefs } = cardsView(list)
  return [lead ? 1 : 0, cards.length, briefs?.papers.length ?? 0]
}

describe('the papers of a day', () => {
  test('are a lead story, cards, and in brief those below ten votes', () => {
    expect(partsOf(listOf([113, 72, 38, 10, 7, 5, 4, 2]))).toEqual([1, 3, 4])
    const { briefs } = cardsView(listOf([113, 72, 38, 10, 7, 5, 4, 2]))
    expect(briefs?.hint).toBe(fill(words.list.briefHint, { count: 10 }))
  })

  test('are cards if fewer than four have few votes', () => {
    expect(partsOf(listOf([113, 72, 38, 7, 5, 4]))).toEqual([1, 5, 0])
  })

  test('are brief below a tenth of the most votes of a big day', () => {
    expect(partsOf(listOf([310, 72, 29, 28, 27, 26]))).toEqual([1, 1, 4])
  })

  test('are cards on a quiet day, up to nine', () => {
    expect(partsOf(listOf([9, 8, 7, 6, 5, 4]))).toEqual([1, 5, 0])
    expect(partsOf(listOf([19, 18, 17, 16, 15, 14, 13, 12, 11, 4, 3, 2, 1]))).toEqual([1, 8, 4])
  })

  test('of equal votes are all cards', () => {
    expect(partsOf(listOf(Array(14).fill(0)))).toEqual([0, 14, 0])
    expect(partsOf(listOf(Array(14).fill(null)))).toEqual([0, 14, 0])
  })

  test('are fewer cards on a long day, and a phone shows fewer sentences of those in brief', () => {
    const short = cardsView(listOf([100, 90, 80, 9, 8, 7, 6, 5]))
    const long = cardsView(listOf(Array.from({ length: 36 }, (_, n) => 100 - n)))
    expect(long.cards.length).toBeLessThan(8)
    expect(short.briefs!.onPhone).toBeGreaterThanOrEqual(short.briefs!.papers.length)
    expect(long.briefs!.onPhone).toBeLessThan(long.briefs!.papers.length)
  })

  test('by date are all alike', () => {
    expect(partsOf(listOf([113, 7, 5, 4, 2], { order: 'newest' }))).toEqual([0, 5, 0])
  })

  test('on a later page are all brief', () => {
    expect(partsOf(listOf([13, 12, 11, 10, 9], { page: 2, mostVotes: 113 }))).toEqual([0, 0, 5])
  })

  test('have bars relative to the most votes of all pages', () => {
    const week = spanOf('week', TODAY)
    const { cards } = cardsView(
      listOf([50, 25, 1, 0, null], { span: week, page: 2, mostVotes: 100, order: 'newest' }),
    )
    expect(cards.map(({ votes }) => votes?.share ?? null)).toEqual([50, 25, 4.4, null, null])
  })
})

describe('trending papers', () => {
  const gains = { days: 2, byPaper: new Map([0, 1, 2].map((id) => [id, [113, 54, 20][id]!])) }
  const trending = (changes: Partial<PaperList> = {}) => {
    const list = listOf([113, 250, 20], { span: null, gains, mostVotes: 113, ...changes })
    const days = [TODAY, '2026-11-18', '2026-11-23']
    return { ...list, papers: list.papers.map((paper, i) => ({ ...paper, firstDay: days[i]! })) }
  }

  test('show what each gained, in how many days, and its votes if it had some before', () => {
    const { lead, cards } = cardsView(trending())
    const gained = (count: number) => fill(words.list.gained.votes, { count })
    const lately = fill(words.list.gained.lately, { days: counted(2, words.counts.day) })
    expect([lead, ...cards].map((card) => card!.gain)).toEqual([
      { text: gained(113), when: words.list.today, total: null, share: 100 },
      { text: gained(54), when: lately, total: fill(words.list.gained.inAll, { count: 250 }), share: 48 },
      { text: gained(20), when: lately, total: null, share: 18 },
    ])
  })

  test('are a lead story and cards, with their days', () => {
    expect(partsOf(trending())).toEqual([1, 2, 0])
    expect(cardsView(trending()).lead!.day!.text).toBe(words.list.today)
  })
})
