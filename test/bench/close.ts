// What choosing close papers costs, and how the scores spread: npm run bench -- close [--quick] [--json]
// 300 of the topics that people typed (TEST_DATA/filters), in archives of 3,000 and of 80,000 papers, recombined from real ones
// of arXiv and Hugging Face, 1,500 a day, with the space and the word usage learned from them. Each size runs in a process of
// its own. The papers are recombined, so the scores say how they spread, not how right they are.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { table } from '../../src/operator/operations/text-table.ts'
import type { CloseFigures } from './close/one-size.ts'

const PAPERS = [3_000, 80_000]

export async function benchClose(args: string[]): Promise<{ json: unknown; text: string }> {
  const { values } = parseArgs({ args, options: { quick: { type: 'boolean' }, json: { type: 'boolean' } } })
  const figures = (values.quick ? PAPERS.slice(0, 1) : PAPERS).map(oneSize)
  return { json: figures, text: textOf(figures) }
}

function oneSize(papers: number): CloseFigures {
  const file = join(import.meta.dirname, 'close/one-size.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', file, String(papers)], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${papers} papers ended with ${status}: ${stderr.slice(-2000)}`)
  return JSON.parse(stdout) as CloseFigures
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

function textOf(figures: readonly CloseFigures[]): string {
  const costs = figures.map((one) => [
    whole.format(one.papers),
    ...[one.first, one.again, one.day].map((ms) => `${ms.toFixed(2)} ms`),
    `${one.vectorBytes.toFixed(0)} B`,
    `${(one.learnMs / 1000).toFixed(0)} s`,
  ])
  const spreads = figures.map((one) => [
    whole.format(one.papers),
    `${one.known} of ${one.topics}`,
    `${one.withClose}`,
    (one.closePapers / one.topics / one.days).toFixed(2),
    ...[one.mean, one.p95, one.max].map((score) => score.toFixed(3)),
  ])
  return [
    table(['papers', 'first time', 'again', 'each further day', 'vector', 'learning'], costs),
    'Processor time a topic. First: the newest day of 1,500 papers, with examples found and words looked up.',
    '',
    table(['papers', 'known', 'with close', 'close a day', 'mean', '95 %', 'highest'], spreads),
    `Scores of the papers of ${figures[0]?.days} to ${figures.at(-1)?.days} days, mean over the known topics; papers without any of their words have 0.`,
  ].join('\n')
}
