import { table } from '../../../src/operator/operations/text-table.ts'
import type { MeasuredAbsent } from './absent-topics.ts'
import { mapValues } from './map-values.ts'
import { type Chosen, type Measured, ORDERS, type Way } from './measure.ts'
import {
  bestThreshold,
  bm25Scores,
  type Interval,
  intervalsOf,
  meanAp,
  type Scores,
  scoresOf,
  totalOf,
} from './scores.ts'

/** The needs of one set, or of all, in one archive. */
interface Group {
  archive: string
  set: string
  measured: Measured[]
}

export function groupsOf(measured: readonly Measured[]): Group[] {
  return [...Map.groupBy(measured, ({ archive }) => archive)].flatMap(([archive, some]) => {
    const sets = [...Map.groupBy(some, ({ set }) => set)].map(([set, own]) => ({
      ...{ archive, set, measured: own },
    }))
    return sets.length > 1 ? [...sets, { archive, set: 'all', measured: some }] : sets
  })
}

/** A value with its interval. */
export interface Estimate {
  value: number
  interval: Interval
}

export interface Summary extends Omit<Group, 'measured'> {
  /** By the way in which papers are chosen. */
  ways: Record<string, Record<keyof Scores, Estimate>>
  map: Record<(typeof ORDERS)[number], Estimate>
  totals: Record<'related' | 'sentRelated' | 'sent', Chosen>
}

const WAYS = {
  matched: 'matched',
  withRelated: 'matched + related',
  sent: 'digest as sent',
  postgres: 'Postgres full text',
} satisfies { [way in Way]?: string }

export function summaryOf({ archive, set, measured }: Group): Summary {
  const threshold = bestThreshold(measured)
  const ways = (Object.keys(WAYS) as (keyof typeof WAYS)[]).map((way) => [
    WAYS[way],
    estimatesOf(measured, (some) => scoresOf(some, way)),
  ])
  const bm25 = estimatesOf(measured, (some) => bm25Scores(some, threshold))
  return {
    archive,
    set,
    ways: { ...Object.fromEntries(ways), [`BM25 ≥ ${threshold} (best)`]: bm25 },
    map: estimatesOf(measured, (some) => ({
      rank: meanAp(some, 'rank'),
      bm25: meanAp(some, 'bm25'),
      votes: meanAp(some, 'votes'),
    })),
    totals: {
      related: totalOf(measured, 'related'),
      sentRelated: totalOf(measured, 'sentRelated'),
      sent: totalOf(measured, 'sent'),
    },
  }
}

export function estimatesOf<Key extends string, One extends { wanted: number }>(
  measured: readonly One[],
  valuesOf: (sample: readonly One[]) => Record<Key, number>,
): Record<Key, Estimate> {
  const intervals = intervalsOf(measured, valuesOf)
  return mapValues(valuesOf(measured), (value, key) => ({ value, interval: intervals[key] }))
}

const short = (value: number) => value.toFixed(2).replace(/^0/, '')

export const estimateText = ({ value, interval: [low, high] }: Estimate): string =>
  `${value.toFixed(3).replace(/^0/, '')} [${short(low)}–${short(high)}]`

export const scoresText = (summaries: readonly Summary[]): string =>
  table(
    ['archive', 'needs', 'papers', 'precision', 'recall', 'F'],
    summaries.flatMap(({ archive, set, ways }) =>
      Object.entries(ways).map(([way, { precision, recall, f }]) => [
        ...[archive, set, way],
        ...[precision, recall, f].map(estimateText),
      ]),
    ),
  )

export const mapText = (summaries: readonly Summary[]): string =>
  table(
    ['archive', 'needs', 'MAP of rank', 'BM25', 'votes'],
    summaries.map(({ archive, set, map }) => [
      archive,
      set,
      ...ORDERS.map((order) => estimateText(map[order])),
    ]),
  )

const share = (part: number, all: number) => (all === 0 ? '–' : short(part / all))

export const totalsText = (summaries: readonly Summary[]): string =>
  table(
    ['archive', 'needs', 'papers', 'number', 'graded 0', 'marginal or wanted', 'wanted'],
    summaries.flatMap(({ archive, set, totals: { related, sentRelated, sent } }) =>
      [
        ['related', related] as const,
        ['related as sent', sentRelated] as const,
        ['all as sent', sent] as const,
      ].map(([name, { papers, marginal, wanted }]) => [
        ...[archive, set, name, papers],
        ...[papers - marginal, marginal, wanted].map((part) => `${part} (${share(part, papers)})`),
      ]),
    ),
  )

export const absentText = (absent: readonly MeasuredAbsent[]): string =>
  table(
    ['archive', 'papers', 'topics', 'matched', 'related', ''],
    absent.map(({ archive, papers, topics }) => [
      ...[archive, papers, topics.length],
      ...[sum(topics.map((one) => one.matched)), sum(topics.map((one) => one.related))],
      topics
        .filter(({ related }) => related > 0)
        .map(({ topic, related }) => `${topic}: ${related}`)
        .join(', '),
    ]),
  )

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** wanted/marginal or wanted/all */
const counts = ({ wanted, marginal, papers }: Chosen) => (papers ? `${wanted}/${marginal}/${papers}` : '0')

export const needsText = (measured: readonly Measured[]): string =>
  table(
    ['need', 'kind', 'wanted', 'matched', 'related', 'sent', 'Postgres', ...ORDERS],
    measured.map(({ name, kind, wanted, chosen, ap }) => [
      ...[name, kind, wanted],
      ...[chosen.matched, chosen.related, chosen.sent, chosen.postgres].map(counts),
      ...ORDERS.map((order) => ap[order]?.toFixed(2) ?? '–'),
    ]),
  )
