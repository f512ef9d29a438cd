// What many papers a day cost: npm run bench -- papers-a-day [--per-day 500,2000]
// For each count: the planner's index of two weeks of papers, recombined as many-papers.ts does it, and the first 500 of the
// topics that people typed (TEST_DATA/filters), each matched once. Memory is that of heap and buffers after a collection;
// times are those of the processor.

import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { table } from '../../src/operator/operations/text-table.ts'
import { PaperIndex } from '../../src/queries/matching/paper-index.ts'
import { QuerySet } from '../../src/queries/matching/query-set.ts'
import { typedTrees } from '../support/accuracy/people.ts'
import { manyPapers } from './many-papers.ts'

const DAYS = 14
const TOPICS = 500

export function benchPapersADay(args: string[]): Promise<{ json: unknown; text: string }> {
  const { values } = parseArgs({ args, options: { 'per-day': { type: 'string', default: '500,2000' } } })
  const rows = values['per-day'].split(',').map((count) => measure(Number(count)))
  const heads = ['papers a day', 'in two weeks', 'papers, MB', 'index, MB', 'indexing, ms', 'matching, ms']
  return Promise.resolve({
    json: rows,
    text: table(
      heads,
      rows.map((row) => Object.values(row)),
    ),
  })
}

function measure(perDay: number) {
  const before = megabytes()
  const papers = manyPapers({ count: perDay * DAYS, perDay, lastDay: '2026-11-24' })
  const held = megabytes()
  const index = new PaperIndex()
  const indexing = processorMs(() => index.upsert(papers))
  const indexed = megabytes()
  const queries = typedTrees().slice(0, TOPICS)
  const matching = processorMs(() => {
    const set = new QuerySet(index)
    for (const query of queries) set.add(query)
    for (const n of queries.keys()) set.peekMatches(n)
  })
  return { perDay, papers: papers.length, held: held - before, index: indexed - held, indexing, matching }
}

function processorMs(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return Math.round((user + system) / 1000)
}

function megabytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return Math.round((heapUsed + arrayBuffers) / 1_000_000)
}
