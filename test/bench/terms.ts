// The known terms that are learned from a mixed archive: npm run bench -- terms [--judged FILE] [--json]
// Prints how many there are, their stored size, and 200 of them, drawn by a fixed seed, to read. FILE has a line for each
// term that was read: "y mixture of experts" if it names something, otherwise "n …"; then their precision is printed.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { randomFrom } from '../battery/bench/seeded-random.ts'
import { noTestData, testData } from '../support/test-data.ts'
import { archiveFrom, recordedArchives } from './relevance/archives.ts'

const SAMPLE = 200
const [MAX_TERMS, MAX_BYTES] = [50_000, 5_000_000]

export async function benchTerms(args: string[]): Promise<{ json: unknown; text: string }> {
  const { values } = parseArgs({ args, options: { judged: { type: 'string' }, json: { type: 'boolean' } } })
  if (!testData('huggingface')) return { json: null, text: `Not measured: ${noTestData('huggingface')}.` }
  const { mixed } = recordedArchives()
  const archive = archiveFrom(mixed)
  const terms = [...archive.usage.terms]
  const random = randomFrom(1)
  const sample = terms
    .map(([, whole]) => ({ whole, at: random() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, SAMPLE)
    .map(({ whole }) =>
      whole
        .split(' ')
        .map((key) => archive.usualSpelling(key))
        .join(' '),
    )
  const counts = { papers: mixed.length, terms: terms.length, bytes: gzipSync(JSON.stringify(terms)).length }
  const judged = values.judged === undefined ? null : precisionOf(sample, values.judged)
  return {
    json: { ...counts, judged, sample },
    text: [
      ...(judged ? [] : [sample.join('\n')]),
      `${counts.terms} known terms (up to ${MAX_TERMS}) of ${counts.papers} papers, stored in ${counts.bytes} bytes (up to ${MAX_BYTES}).`,
      ...(judged ? [`Precision of ${judged.read}: ${judged.precision.toFixed(2)}`] : []),
    ].join('\n'),
  }
}

/** Of the terms that were drawn and read. */
function precisionOf(sample: readonly string[], file: string): { read: number; precision: number } {
  const lines = readFileSync(file, 'utf8').split('\n')
  const verdicts = new Map(lines.map((line) => [line.slice(2).trim(), line.startsWith('y ')]))
  const read = sample.filter((term) => verdicts.has(term))
  return { read: read.length, precision: read.filter((term) => verdicts.get(term)).length / read.length }
}
