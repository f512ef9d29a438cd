// What More and Less teach: npm run bench -- profile [--json]
// The needs, days and labels of the bench relevance. Each labelled day is held out in turn: the subscriber saw the ten best
// papers of each other day in the order without a profile, pressed More on those clearly wanted and Less on the unwanted,
// and nothing on marginal ones. From these votes a profile is learned, and the whole held-out day is ordered: nDCG@10 with
// gains 3 (wanted) and 1 (marginal), over the need-days with any such paper. The four days are no sequence (a vote is as old
// as the days between), and the space is learned from all papers, as a night would; ordinary papers are not of these days.
// The weight and the decay were chosen on every other need, from the first; the rest is reported, with a bootstrap interval
// over needs. The other numbers of the model are from a coarse grid over all needs, so its figures are a little too good.
import { DAY_MS, type Day, midnight } from '../../src/core/dates.ts'
import { CLOSENESS_UNIT, OF_PROFILE } from '../../src/digests/compose.ts'
import { table } from '../../src/operator/operations/text-table.ts'
import type { Paper } from '../../src/papers/paper.ts'
import type { Archive } from '../../src/queries/archive.ts'
import { parseQuery } from '../../src/queries/language/parse-query.ts'
import {
  learnProfile,
  preferenceOf,
  profileWordsOf,
  type Vote,
  voteWeight,
} from '../../src/queries/ranking/preference.ts'
import { cosineSimilarity, strongestWords, type Vector } from '../../src/queries/ranking/tf-idf.ts'
import { rankAll } from '../../src/search/rank-papers.ts'
import { noTestData, testData } from '../support/test-data.ts'
import { mean } from './order.ts'
import { archiveFrom, recordedArchives } from './relevance/archives.ts'
import { gradeIn, type Need, ownNeeds } from './relevance/needs.ts'

const SEEN = 10
const ORDINARY = 60
const WEIGHTS = [4, 8, 12, 16, 32]
const DECAYS = [0, 0.001, 0.003, 0.01]

interface GivenVote extends Omit<Vote, 'weight'> {
  /** Its age in days. */
  age: number
}

/** One need on one held-out day. */
interface NeedDay {
  /** The place of the need among all. */
  need: number
  docIds: number[]
  /** By place in `docIds`. */
  scores: number[]
  grades: number[]
  votes: GivenVote[]
}

/** The score of each paper of a need-day. */
type Way = (day: NeedDay) => (docId: number, score: number) => number

export async function benchProfile(): Promise<{ json: unknown; text: string }> {
  if (!testData('huggingface')) return { json: null, text: `Not measured: ${noTestData('huggingface')}.` }
  const { days, needs, isJudged } = ownNeeds()
  const papers = recordedArchives().mixed
  const labelled = papers.filter(isJudged)
  const archive = archiveFrom(papers)
  const needDays = needs.flatMap((need, i) => needDaysOf(archive, { need, i, days, labelled }))
  const others = papers.filter(({ firstDay }) => !days.includes(firstDay))
  const ordinary = Array.from({ length: ORDINARY }, (_, i) => {
    const { id } = others[Math.floor((i * others.length) / ORDINARY)]!
    return profileWordsOf(archive, archive.vectorOfDoc(archive.index.docIdOf(id)!))
  })
  const results = Object.entries(waysOf(archive, ordinary)).map(([name, way]) => ({
    name,
    values: needDays.map((day) => ndcgOf(day, way(day))),
  }))
  return { json: { needDays: needDays.length, results }, text: report(needDays, results) }
}

function needDaysOf(
  archive: Archive,
  { need, i, days, labelled }: { need: Need; i: number; days: readonly Day[]; labelled: readonly Paper[] },
): NeedDay[] {
  const ranked = rankAll(archive, parseQuery(need.typed))
  const byId = new Map(labelled.map((paper) => [paper.id, paper]))
  const inOrder = ranked.flatMap(({ id, score }) => {
    const paper = byId.get(id)
    return paper
      ? [{ docId: archive.index.docIdOf(id)!, score, day: paper.firstDay, grade: gradeIn(need, paper) }]
      : []
  })
  return days.flatMap((heldOut) => {
    const own = inOrder.filter(({ day }) => day === heldOut)
    if (own.every(({ grade }) => grade === 0)) return []
    const seen = days
      .filter((day) => day !== heldOut)
      .flatMap((day) => inOrder.filter((one) => one.day === day).slice(0, SEEN))
    const votes = seen
      .filter(({ grade }) => grade !== 1)
      .map(({ docId, day, grade }) => ({
        kind: grade === 2 ? ('more' as const) : ('less' as const),
        words: profileWordsOf(archive, archive.vectorOfDoc(docId)),
        age: Math.abs(midnight(day).getTime() - midnight(heldOut).getTime()) / DAY_MS,
      }))
    return {
      need: i,
      docIds: own.map(({ docId }) => docId),
      scores: own.map(({ score }) => score / CLOSENESS_UNIT),
      grades: own.map(({ grade }) => grade),
      votes,
    }
  })
}

type PreferenceFor = (day: NeedDay) => (docId: number) => number

function waysOf(archive: Archive, background: readonly Vector[]): Record<string, Way> {
  const removed = new Set<string>()
  const profileOf = ({ votes }: NeedDay, weightOf = voteWeight) => {
    const weighed = votes.map((vote) => ({ ...vote, weight: weightOf(vote.age) }))
    return learnProfile({ votes: weighed, background, removed })
  }
  const similarityTo = (profile: Vector) => (docId: number) =>
    cosineSimilarity(profile, archive.vectorOfDoc(docId))
  const regression: PreferenceFor = (day) => preferenceOf(archive, profileOf(day))
  const rocchio: PreferenceFor = ({ votes }) => similarityTo(rocchioOf(votes))
  const added =
    (preferenceFor: PreferenceFor, weight: number): Way =>
    (day) => {
      const preference = preferenceFor(day)
      return (docId, score) => score + weight * preference(docId)
    }
  const weighed = (name: string, preferenceFor: PreferenceFor) =>
    Object.fromEntries(WEIGHTS.map((weight) => [`order + ${weight} ${name}`, added(preferenceFor, weight)]))
  const decaying = DECAYS.map((decay): [string, Way] => [
    `decay ${decay} a day`,
    added(
      (day) =>
        preferenceOf(
          archive,
          profileOf(day, (age) => Math.exp(-decay * age)),
        ),
      OF_PROFILE,
    ),
  ])
  return {
    'no profile': () => (_, score) => score,
    'only Rocchio': rocchio,
    'only regression': regression,
    ...weighed('Rocchio', rocchio),
    ...weighed('regression', regression),
    ...weighed('words only', (day) => similarityTo(profileOf(day))),
    ...Object.fromEntries(decaying),
  }
}

/** The mean of the wanted papers minus a quarter of the mean of the unwanted ones. */
function rocchioOf(votes: readonly GivenVote[]): Vector {
  const sum = new Map<string, number>()
  for (const kind of ['more', 'less'] as const) {
    const some = votes.filter((vote) => vote.kind === kind)
    const factor = (kind === 'more' ? 1 : -0.25) / some.length
    for (const { words } of some)
      for (const [key, weight] of words) sum.set(key, (sum.get(key) ?? 0) + factor * weight)
  }
  return strongestWords(sum, 200)
}

function ndcgOf({ docIds, scores, grades }: NeedDay, scoreOf: ReturnType<Way>): number {
  const scored = docIds.map((docId, i) => ({ grade: grades[i]!, score: scoreOf(docId, scores[i]!) }))
  const gain = (some: readonly { grade: number }[]) =>
    some.slice(0, 10).reduce((sum, { grade }, place) => sum + (2 ** grade - 1) / Math.log2(place + 2), 0)
  const best = gain(scored.toSorted((a, b) => b.grade - a.grade))
  return gain(scored.sort((a, b) => b.score - a.score)) / best
}

interface Result {
  name: string
  values: number[]
}

function report(needDays: readonly NeedDay[], results: readonly Result[]): string {
  const [none] = results
  const halves: ((need: number) => boolean)[] = [
    (need) => need % 2 === 0,
    (need) => need % 2 === 1,
    () => true,
  ]
  const within = (values: readonly number[], isIn: (need: number) => boolean) =>
    values.filter((_, i) => isIn(needDays[i]!.need))
  const gains = ({ values }: Result) => values.map((value, i) => value - none!.values[i]!)
  const votes = needDays.flatMap((day) => day.votes)
  const more = votes.filter(({ kind }) => kind === 'more').length
  return [
    table(
      ['nDCG@10', 'chosen on', 'reported', 'all', 'gain: reported', '95 %', 'all', '95 %'],
      results.map((result) => [
        result.name,
        ...halves.map((half) => mean(within(result.values, half)).toFixed(3)),
        ...halves.slice(1).flatMap((half) => {
          const some = needDays.map(({ need }, i) => ({ need, gain: gains(result)[i]! }))
          const own = some.filter(({ need }) => half(need))
          return [mean(own.map(({ gain }) => gain)).toFixed(3), interval(own)]
        }),
      ]),
    ),
    `${needDays.length} need-days, with ${(more / needDays.length).toFixed(1)} More and ${((votes.length - more) / needDays.length).toFixed(1)} Less each; digests use order + ${OF_PROFILE} regression`,
  ].join('\n')
}

const SAMPLES = 1000

/** The middle 95 % of the mean gain over samples of the needs, drawn with replacement by a fixed seed. */
function interval(gains: readonly { need: number; gain: number }[]): string {
  const byNeed = [...Map.groupBy(gains, ({ need }) => need).values()]
  let state = 1
  const draw = () => {
    state = (state * 48_271) % 0x7fffffff
    return byNeed[state % byNeed.length]!
  }
  const means = Array.from({ length: SAMPLES }, () => mean(byNeed.flatMap(draw).map(({ gain }) => gain)))
  means.sort((a, b) => a - b)
  return `${means[SAMPLES * 0.025]!.toFixed(3)} to ${means[SAMPLES * 0.975]!.toFixed(3)}`
}
