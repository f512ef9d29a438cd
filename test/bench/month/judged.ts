import { readFileSync, writeFileSync } from 'node:fs'
import { randomFrom } from '../../battery/bench/seeded-random.ts'
import { countChosen } from '../relevance/measure.ts'
import { kappa } from '../relevance/needs.ts'
import type { TopicOfMonth } from './days.ts'

/** Which of the papers that were sent are judged. */
export type Judging = 'related' | 'all'

/** Writes papers that were sent, drawn by a fixed seed, with nothing that says why; returns how many. */
export function writeSample(
  file: string,
  topics: readonly TopicOfMonth[],
  { most, of }: { most: number; of: Judging },
): number {
  const random = randomFrom(1)
  const sent = topics.flatMap(({ need, days }) =>
    days.flatMap(({ matched, related }) => {
      const papers = of === 'related' ? related : [...matched, ...related]
      return papers.map(({ title, abstract }) => ({
        ...{ topic: need.typed, want: need.want, title, abstract },
      }))
    }),
  )
  const drawn = sent
    .map((entry) => ({ entry, at: random() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, most)
    .map(({ entry }) => entry)
  writeFileSync(file, JSON.stringify(drawn, null, 2))
  return drawn.length
}

export interface JudgedSample {
  papers: number
  kappa: number
  /** By the lower of the two grades. */
  graded0: number
  marginal: number
  wanted: number
}

/** Reads what two readers gave each paper of a sample: JSON arrays of 0, 1 and 2 in the order of the sample. */
export function readJudged(files: [string, string]): JudgedSample {
  const [one, other] = files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as number[])
  if (one!.length !== other!.length)
    throw new Error(`${files[0]} has ${one!.length} grades, ${files[1]} has ${other!.length}`)
  const pairs = one!.map((grade, i): [number, number] => [grade, other![i]!])
  const { papers, marginal, wanted } = countChosen(pairs.map((pair) => Math.min(...pair)))
  return { papers, kappa: kappa(pairs), graded0: papers - marginal, marginal, wanted }
}

export function judgedText({ papers, kappa, graded0, marginal, wanted }: JudgedSample): string {
  const share = (part: number) => `${part} (${((100 * part) / papers).toFixed(0)} %)`
  return `${papers} papers judged by two readers, the lower grade counts: ${share(graded0)} graded 0, ${share(marginal)} at least marginal, ${share(wanted)} wanted; kappa ${kappa.toFixed(2)}`
}
