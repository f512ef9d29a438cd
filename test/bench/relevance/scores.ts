import { randomFrom } from '../../battery/bench/seeded-random.ts'
import { mean } from '../../support/accuracy/order.ts'
import { mapValues } from './map-values.ts'
import { type Chosen, countChosen, type Measured, type Order, type Way } from './measure.ts'

/** `f` is the harmonic mean of the two others. */
export type Scores = Record<'precision' | 'recall' | 'f', number>

/** Means over the needs that want something; a need without papers has a precision of 0. */
export const scoresOf = (measured: readonly Measured[], way: Way): Scores =>
  scores(measured, ({ chosen }) => chosen[way])

function scores(measured: readonly Measured[], chosenOf: (one: Measured) => Chosen): Scores {
  const results = measured.filter(({ wanted }) => wanted > 0).map((one) => ({ one, chosen: chosenOf(one) }))
  const precision = mean(results.map(({ chosen }) => chosen.wanted / (chosen.papers || 1)))
  const recall = mean(results.map(({ one, chosen }) => chosen.wanted / one.wanted))
  return { precision, recall, f: fOf(precision, recall) }
}

export const fOf = (precision: number, recall: number): number =>
  (2 * precision * recall) / (precision + recall || 1)

/** The papers with at least this BM25. */
export const bm25Scores = (measured: readonly Measured[], threshold: number): Scores =>
  scores(measured, ({ bm25 }) =>
    countChosen(bm25.filter(({ score }) => score >= threshold).map(({ grade }) => grade)),
  )

const THRESHOLDS = Array.from({ length: 160 }, (_, i) => (i + 1) / 4)

/** The BM25 from which papers are chosen, the same for all needs, that gives the best F on these needs. */
export function bestThreshold(measured: readonly Measured[]): number {
  const results = THRESHOLDS.map((threshold) => ({ threshold, f: bm25Scores(measured, threshold).f }))
  return results.reduce((best, one) => (one.f > best.f ? one : best)).threshold
}

export const meanAp = (measured: readonly Measured[], order: Order): number =>
  mean(measured.flatMap(({ ap }) => ap[order] ?? []))

/** The sum over needs. */
export function totalOf(measured: readonly Measured[], way: Way): Chosen {
  const sum = (field: keyof Chosen) => measured.reduce((total, { chosen }) => total + chosen[way][field], 0)
  return { papers: sum('papers'), wanted: sum('wanted'), marginal: sum('marginal') }
}

export type Interval = [low: number, high: number]

const SAMPLES = 1000

/** The middle 95 % of each value over samples of the needs that want something, drawn with replacement by a fixed seed. */
export function intervalsOf<Key extends string, One extends { wanted: number }>(
  measured: readonly One[],
  valuesOf: (sample: readonly One[]) => Record<Key, number>,
): Record<Key, Interval> {
  const wanting = measured.filter(({ wanted }) => wanted > 0)
  const random = randomFrom(1)
  const draw = () => wanting[Math.floor(random() * wanting.length)]!
  const samples = Array.from({ length: SAMPLES }, () => valuesOf(wanting.map(draw)))
  return mapValues(samples[0]!, (_, key) => {
    const values = samples.map((sample) => sample[key]).sort((a, b) => a - b)
    return [values[0.025 * SAMPLES]!, values[0.975 * SAMPLES - 1]!]
  })
}
