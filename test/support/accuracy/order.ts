// How well papers come in order: npm run bench -- order [--json]
// Twelve queries over the 61 papers that the project began with, each paper labelled by hand as on topic or not before any
// order was computed. Every word of a query counts, and none has to be in a paper: only the order is measured.
// Beside ours: BM25 over title and abstract as one text, and the papers as their page listed them.
// A bad result would be to lie below BM25 on the mean, or far below it on one query: then the weight of titles and of words
// side by side would do harm.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { table } from '../../../src/operator/operations/text-table.ts'
import { PaperIndex } from '../../../src/queries/matching/paper-index.ts'
import type { Query } from '../../../src/queries/query.ts'
import { rankByWords } from '../../../src/queries/ranking/ranker.ts'
import { isStopWord, tokensOf } from '../../../src/queries/text/tokens.ts'
import { seedPapers } from '../recorded-days.ts'
import { samplePaper } from '../sample-paper.ts'

const LABELS = resolve(import.meta.dirname, '../../fixtures/ranking/labels.json')

interface Ordered {
  query: string
  onTopic: number
  /** Average precision of each order. */
  ours: number
  bm25: number
  listed: number
}

export function measureOrder(): Ordered[] {
  const papers = (seedPapers() as { title: string; summary: string }[]).map(({ title, summary }, i) =>
    samplePaper({ id: i + 1, title, abstract: summary }),
  )
  const labels = JSON.parse(readFileSync(LABELS, 'utf8')) as Record<string, string[]>
  const whole = papers.map((paper) => ({
    ...paper,
    title: '',
    abstract: `${paper.title}. ${paper.abstract}`,
  }))
  const [apart, together] = [rankerOver(papers), rankerOver(whole)]
  return Object.entries(labels).map(([query, titles]) => {
    const isOnTopic = (place: number) => titles.includes(papers[place]!.title)
    const words = wordsOf(query)
    return {
      query,
      onTopic: papers.filter((_, place) => isOnTopic(place)).length,
      ours: averagePrecision(apart({ kind: 'some', least: 1, parts: words }), isOnTopic),
      bm25: averagePrecision(together({ kind: 'or', parts: words }), isOnTopic),
      listed: averagePrecision([...papers.keys()], isOnTopic),
    }
  })
}

function rankerOver(papers: Parameters<PaperIndex['upsert']>[0]): (query: Query) => number[] {
  const index = new PaperIndex()
  index.upsert(papers)
  return (query) => [...rankByWords(index, query, index.live)]
}

const wordsOf = (query: string): Query[] =>
  tokensOf(query)
    .filter(({ folded }) => !isStopWord(folded))
    .map(({ folded }) => ({ kind: 'word', field: 'any', text: folded }))

/** The mean of the precisions at each paper that is on topic. */
export function averagePrecision(order: readonly number[], isOnTopic: (place: number) => boolean): number {
  let found = 0
  const precisions = order.flatMap((place, i) => (isOnTopic(place) ? [++found / (i + 1)] : []))
  return mean(precisions)
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

export async function benchOrder(args: string[]): Promise<{ json: unknown; text: string }> {
  parseArgs({ args, options: { json: { type: 'boolean' } } })
  const ordered = measureOrder()
  const maps = (['ours', 'bm25', 'listed'] as const).map((name) => mean(ordered.map((one) => one[name])))
  const rows = ordered.map(({ query, onTopic, ours, bm25, listed }) => [
    query,
    String(onTopic),
    ...[ours, bm25, listed].map((value) => value.toFixed(2)),
  ])
  return {
    json: { ordered, map: { ours: maps[0], bm25: maps[1], listed: maps[2] } },
    text: table(
      ['query', 'on topic', 'ours', 'BM25', 'as listed'],
      [...rows, ['mean average precision', '', ...maps.map((value) => value.toFixed(3))]],
    ),
  }
}
