import { addDays, type Day } from '../../src/core/dates.ts'
import type { Paper } from '../../src/papers/paper.ts'
import { randomFrom } from '../battery/bench/seeded-random.ts'

export interface CorpusOptions {
  count: number
  /** On which the last ones are listed; `perDay` come on each day up to then. */
  lastDay: Day
  perDay: number
}

const SENTENCES = /(?<=[.!?]) +(?=[A-Z])/

/**
 * As many papers as requested, made of some real ones: each keeps the length, authors and categories of one of them, half of
 * its sentences are those at the same position in others of its category, and its title is the beginning of its
 * own and the end of another's. So words, their frequency and lengths stay real; no two papers are the same.
 */
export function recombined(papers: readonly Paper[], { count, lastDay, perDay }: CorpusOptions): Paper[] {
  const chance = randomFrom(1)
  const one = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)]!
  const cut = papers.map((paper) => ({ paper, sentences: paper.abstract.split(SENTENCES) }))
  const byCategory = Map.groupBy(cut, ({ paper }) => paper.categories[0] ?? '')
  const days = Math.ceil(count / perDay)
  return Array.from({ length: count }, (_, n) => {
    const { paper, sentences } = cut[n % cut.length]!
    const others = byCategory.get(paper.categories[0] ?? '')!
    const abstract = sentences.map((own, i) => (chance() < 0.5 ? (one(others).sentences[i] ?? own) : own))
    return {
      ...paper,
      id: n + 1,
      title: joinedTitle(paper.title, one(others).paper.title),
      abstract: abstract.join(' '),
      arxivId: arxivIdOf(n),
      doi: null,
      firstDay: addDays(lastDay, Math.floor(n / perDay) + 1 - days),
      votes: paper.votes ?? (chance() < 0.1 ? Math.floor(chance() * 60) : null),
      codeUrl: chance() < 0.15 ? 'https://github.com/example/code' : null,
    }
  })
}

function joinedTitle(one: string, other: string): string {
  const [begin, end] = [one.split(' '), other.split(' ')]
  return [...begin.slice(0, Math.ceil(begin.length / 2)), ...end.slice(Math.ceil(end.length / 2))].join(' ')
}

/** None that arXiv has given. */
const arxivIdOf = (n: number): string =>
  `${9000 + 100 * Math.floor(n / 1_000_000) + 1 + Math.floor((n % 1_000_000) / 90_000)}.${String((n % 90_000) + 10_000)}`
