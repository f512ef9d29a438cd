import { table } from '../../../src/operator/operations/text-table.ts'
import type { Paper } from '../../../src/papers/paper.ts'
import type { Archive } from '../../../src/queries/archive.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import { borderPapers } from '../../../src/queries/ranking/border-papers.ts'
import { closePapers, type PaperGrades } from '../../../src/queries/ranking/close-papers.ts'
import { randomFrom } from '../../battery/bench/seeded-random.ts'
import { mean } from '../../support/accuracy/order.ts'
import { gradeIn, type Need, type NeedSet } from './needs.ts'
import { type Estimate, estimatesOf, estimateText } from './report.ts'
import { fOf, type Scores } from './scores.ts'
import { papersOn } from './sent.ts'

/** As many as the feature asks about for each topic and day. */
const PAPERS_PER_DAY = 5

/** What a stand-in for the reader gives a paper of each label, if it is right. Only what is wanted is to be shown. */
const GRADE_OF_LABEL = [1, 4, 9] as const

/** How a stand-in for the reader errs, by chance. */
type Erring = (label: number, random: () => number) => number

const right = (label: number): number => GRADE_OF_LABEL[label]!
const opposite = (label: number): number => (label === 2 ? right(0) : right(2))

const STAND_INS: Record<string, Erring> = {
  right,
  'each grade off by up to 3': (label, random) => right(label) + Math.floor(random() * 7) - 3,
  'one grade in five opposite': (label, random) => (random() < 0.2 ? opposite : right)(label),
}
/** A stand-in is asked this often, with other errors each time. */
const DRAWS = 20

interface MeasuredReader {
  reader: string
  scores: Record<keyof Scores, Estimate>
}

export interface MeasuredReaders {
  set: string
  /** How many papers the reader gets for all needs and days, and how many of them are wanted. */
  asked: number
  wanted: number
  readers: MeasuredReader[]
}

/** Matches and related papers of each need, day by day, without a reader and with stand-ins for one. */
export function measureReaders(archive: Archive, papers: readonly Paper[], sets: readonly NeedSet[]) {
  const bySet = sets.map((set) => {
    const needs = set.needs.map((need) => openNeed(archive, papers.filter(set.isJudged), set, need))
    return { set: set.name, needs }
  })
  const all = { set: 'all', needs: bySet.flatMap(({ needs }) => needs) }
  return (bySet.length > 1 ? [...bySet, all] : bySet).map(({ set, needs }): MeasuredReaders => {
    const asked = needs.flatMap((one) => [...one.asked])
    return {
      ...{ set, asked: asked.length, wanted: asked.filter(([, grade]) => grade === 2).length },
      readers: [
        { reader: 'none', scores: scoresOf(needs, () => [new Map()]) },
        ...Object.entries(STAND_INS).map(([reader, erring]) => ({
          reader,
          scores: scoresOf(needs, ({ asked }) => gradesOf(asked, erring)),
        })),
      ],
    }
  })
}

interface OpenNeed {
  /** How many papers are clearly wanted. */
  wanted: number
  /** The label of each paper that the reader gets, by id. */
  asked: ReadonlyMap<number, number>
  /** How right the papers are that the topic brings with these grades. */
  scoreWith(grades: PaperGrades): { precision: number; recall: number }
}

function openNeed(archive: Archive, judged: readonly Paper[], { days }: NeedSet, need: Need): OpenNeed {
  const query = parseQuery(need.typed)
  const labels = new Map(judged.map((paper) => [paper.id, gradeIn(need, paper)]))
  const isWanted = (id: number) => labels.get(id) === 2
  const wanted = [...labels.keys()].filter(isWanted).length
  const border = days.flatMap((day) => borderPapers(archive, query, { day, to: day, limit: PAPERS_PER_DAY }))
  const matched = days.flatMap((day) => papersOn(archive, query, day).matched)
  return {
    wanted,
    asked: new Map(border.flatMap(({ id }) => (labels.has(id) ? [[id, labels.get(id)!]] : []))),
    scoreWith: (grades) => {
      const related = days.flatMap((day) => closePapers(archive, query, { from: day, to: day }, grades))
      const chosen = [...matched, ...related.map(({ id }) => id)].filter((id) => labels.has(id))
      const right = chosen.filter(isWanted).length
      return { precision: right / (chosen.length || 1), recall: right / wanted }
    },
  }
}

/** What a stand-in says, once for each draw. */
function gradesOf(asked: ReadonlyMap<number, number>, erring: Erring): PaperGrades[] {
  return Array.from({ length: DRAWS }, (_, draw) => {
    const random = randomFrom(draw)
    return new Map(Array.from(asked, ([id, label]) => [id, { grade: erring(label, random) }]))
  })
}

/** Means over the needs that want something, and for each need over the draws. */
function scoresOf(
  needs: readonly OpenNeed[],
  gradesFor: (need: OpenNeed) => PaperGrades[],
): Record<keyof Scores, Estimate> {
  const measured = needs
    .filter(({ wanted }) => wanted > 0)
    .map((need) => {
      const drawn = gradesFor(need).map(need.scoreWith)
      return {
        wanted: need.wanted,
        precision: mean(drawn.map((one) => one.precision)),
        recall: mean(drawn.map((one) => one.recall)),
      }
    })
  return estimatesOf(measured, (some): Scores => {
    const precision = mean(some.map((one) => one.precision))
    const recall = mean(some.map((one) => one.recall))
    return { precision, recall, f: fOf(precision, recall) }
  })
}

export const readersText = (measured: readonly MeasuredReaders[]): string =>
  table(
    ['needs', 'papers asked about', 'wanted', 'reader', 'precision', 'recall', 'F'],
    measured.flatMap(({ set, asked, wanted, readers }) =>
      readers.map(({ reader, scores: { precision, recall, f } }) => [
        ...[set, asked, wanted, reader],
        ...[precision, recall, f].map(estimateText),
      ]),
    ),
  )
