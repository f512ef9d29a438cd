import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Day } from '../../../src/core/dates.ts'
import type { Paper } from '../../../src/papers/paper.ts'
import { testData } from '../../support/test-data.ts'

/** What a person wants from an archive. */
export interface Need {
  name: string
  kind: string
  /** As a topic. */
  typed: string
  /** In words, for people who judge papers. */
  want: string
  /** By arXiv id: 2 is clearly wanted, 1 marginal; papers with 0 are left out. */
  grades: ReadonlyMap<string, number>
}

/** Needs, and the days of which each paper was read for each of them. */
export interface NeedSet {
  name: string
  days: readonly Day[]
  needs: readonly Need[]
  isJudged(paper: Paper): boolean
}

export const gradeIn = ({ grades }: Need, { arxivId }: Paper): number => grades.get(arxivId!) ?? 0

type TwoGrades = [one: number, other: number]

interface OwnLabels {
  days: Day[]
  needs: (Pick<Need, 'name' | 'kind' | 'typed'> & { means: string; grades: Record<string, TwoGrades> })[]
}

const ownLabels = (): OwnLabels =>
  JSON.parse(readFileSync(resolve(import.meta.dirname, 'labels.json'), 'utf8'))

/** The project's own needs. Two readers graded; the lower grade counts. */
export function ownNeeds(): NeedSet {
  const { days, needs } = ownLabels()
  return {
    name: "the project's needs",
    days,
    needs: needs.map(({ means, grades, ...need }) => ({
      ...need,
      want: means,
      grades: new Map(Object.entries(grades).map(([arxivId, pair]) => [arxivId, Math.min(...pair)])),
    })),
    isJudged: ({ firstDay }) => days.includes(firstDay),
  }
}

interface FurtherLabels {
  days: Day[]
  judged: string[]
  needs: { id: string; kind: string; text: string; want: string; labels: Record<string, number> }[]
}

/** The typed needs of TEST_DATA, graded by one reader; null without them. */
export function furtherNeeds(): NeedSet | null {
  const folder = testData('relevance')
  if (!folder) return null
  const { days, judged, needs } = JSON.parse(
    readFileSync(join(folder, 'labels.json'), 'utf8'),
  ) as FurtherLabels
  const isJudged = new Set<string | null>(judged)
  return {
    name: 'needs of TEST_DATA',
    days,
    // The others are "papers like this one".
    needs: needs
      .filter(({ kind }) => kind !== 'like')
      .map(({ id, kind, text, want, labels }) => ({
        ...{ name: id, kind, typed: text, want },
        grades: new Map(Object.entries(labels)),
      })),
    isJudged: ({ arxivId }) => isJudged.has(arxivId),
  }
}

/** Cohen's kappa of the two readers of the project's own needs, over all papers of the days. */
export function readersKappa(papers: number): number {
  const { needs } = ownLabels()
  const pairs = needs.flatMap(({ grades }) => Object.values(grades))
  const unwanted = Array.from({ length: needs.length * papers - pairs.length }, (): TwoGrades => [0, 0])
  return kappa([...pairs, ...unwanted])
}

/** Cohen's kappa of pairs of grades from 0 to 2: 1 is agreement on all, 0 as much as by chance. */
export function kappa(pairs: readonly TwoGrades[]): number {
  const share = (isCounted: (pair: TwoGrades) => boolean) => pairs.filter(isCounted).length / pairs.length
  const same = share(([a, b]) => a === b)
  const byChance = [0, 1, 2].reduce(
    (sum, grade) => sum + share(([a]) => a === grade) * share(([, b]) => b === grade),
    0,
  )
  return byChance === 1 ? 1 : (same - byChance) / (1 - byChance)
}
