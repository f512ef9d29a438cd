// What votes on a topic do: npm run bench -- profile [--json]
// The needs of the bench relevance, each day held out in turn. The subscriber saw what the topic brought on the other days,
// then what is nearest to it, and voted on the first five papers that are clearly wanted (More) or unwanted (Less); they
// pressed nothing on marginal ones. Then matches and close papers of the held-out day are chosen as digests choose them,
// before and after these votes. Precision is the mean over needs that get papers, recall over needs that want some.
// "the same precision": the lowest threshold after the votes at which precision is not below that before them.
import { parseArgs } from 'node:util'
import type { Day } from '../../src/core/dates.ts'
import { table } from '../../src/operator/operations/text-table.ts'
import type { Paper } from '../../src/papers/paper.ts'
import type { Archive } from '../../src/queries/archive.ts'
import { parseQuery } from '../../src/queries/language/parse-query.ts'
import { hasBit } from '../../src/queries/matching/bits.ts'
import type { Query } from '../../src/queries/query.ts'
import {
  chooseClose,
  minClosenessAt,
  type NearDay,
  nearPapersByDay,
} from '../../src/queries/ranking/close-papers.ts'
import { MIN_CLOSENESS } from '../../src/queries/ranking/closeness.ts'
import { MAX_PHRASES_OF_PAPER, phrasesOfPaper } from '../../src/queries/ranking/paper-phrases.ts'
import {
  learnPhrases,
  type Profile,
  preferenceOf,
  profileFor,
  type Vote,
  votedStep,
} from '../../src/queries/ranking/preference.ts'
import { toPaperText } from '../../src/queries/text/tokens.ts'
import { rankAll } from '../../src/search/rank-papers.ts'
import { mean } from '../support/accuracy/order.ts'
import { archiveFrom, huggingFacePapers } from './relevance/archives.ts'
import { furtherNeeds, gradeIn, type Need, type NeedSet, ownNeeds } from './relevance/needs.ts'

const VOTES = 5
const THRESHOLDS = Array.from({ length: 25 }, (_, i) => MIN_CLOSENESS + 0.24 - i * 0.01)

interface VotedDay {
  set: string
  need: string
  /** By docId. */
  grades: ReadonlyMap<number, number>
  matched: readonly number[]
  near: readonly NearDay[]
  votes: readonly Vote[]
  query: Query
  days: readonly Day[]
}

/** What a topic brought on a day, as docIds. */
type Choice = (day: VotedDay) => readonly number[]

interface World {
  archive: Archive
  /** By docId. */
  papers: ReadonlyMap<number, Paper>
}

export async function benchProfile(args: string[]): Promise<{ json: unknown; text: string }> {
  parseArgs({ args, options: { json: { type: 'boolean' } } })
  const papers = huggingFacePapers()
  const archive = archiveFrom(papers)
  const world = { archive, papers: new Map(papers.map((paper) => [archive.index.docIdOf(paper.id)!, paper])) }
  const sets = [ownNeeds(), furtherNeeds()].filter((set) => set !== null)
  const days = sets.flatMap((set) => set.needs.flatMap((need) => votedDays(world, set, need)))
  if (days.length === 0)
    return { json: null, text: 'TEST_DATA has no recordings of the labelled days: nothing was measured.' }
  const results = Object.entries(choicesOf(archive)).map(([name, choice]) => ({
    name,
    scores: [...sets.map(({ name }) => name), ''].map((set) =>
      scoresOf(
        days.filter((day) => set === '' || day.set === set),
        choice,
      ),
    ),
  }))
  return { json: { days: days.length, results }, text: report(days, results) }
}

function votedDays(world: World, set: NeedSet, need: Need): VotedDay[] {
  const { archive } = world
  const query = parseQuery(need.typed)
  const ofDay = new Map(set.days.map((day) => [day, judgedOn(world, set, need, day)]))
  return set.days.map((day) => ({
    ...{ set: set.name, need: need.name, query, days: set.days },
    ...shownOn(archive, query, day, ofDay.get(day)!),
    grades: ofDay.get(day)!,
    votes: votesFrom(
      world,
      query,
      set.days.filter((other) => other !== day).map((other) => [other, ofDay.get(other)!]),
    ),
  }))
}

/** The grades of the judged papers of a day, by docId. */
const judgedOn = ({ papers }: World, set: NeedSet, need: Need, day: Day): Map<number, number> =>
  new Map(
    [...papers]
      .filter(([, paper]) => paper.firstDay === day && set.isJudged(paper))
      .map(([docId, paper]) => [docId, gradeIn(need, paper)]),
  )

function shownOn(archive: Archive, query: Query, day: Day, grades: ReadonlyMap<number, number>) {
  const matches = archive.find(query)
  return {
    matched: [...grades.keys()].filter((docId) => hasBit(matches, docId)),
    near: nearPapersByDay(archive, query, { from: day, to: day }).map((near) => ({
      ...near,
      papers: near.papers.filter(({ docId }) => grades.has(docId)),
    })),
  }
}

/** On the papers that digests brought, then on the nearest of the others. */
function votesFrom(
  world: World,
  query: Query,
  days: readonly (readonly [Day, ReadonlyMap<number, number>])[],
): VotedDay['votes'] {
  const { archive } = world
  const ranked = days.flatMap(([day, grades]) =>
    rankAll(archive, query, { from: day, to: day }).map(({ id, ...rank }) => {
      const docId = archive.index.docIdOf(id)!
      return { docId, ...rank, grade: grades.get(docId) }
    }),
  )
  const isShown = ({ matched, related }: { matched: boolean; related: boolean }) => Number(matched || related)
  return ranked
    .filter(({ grade, score, matched }) => (grade === 0 || grade === 2) && (matched || score > 0))
    .sort((a, b) => isShown(b) - isShown(a) || b.score - a.score)
    .slice(0, VOTES)
    .map(({ docId, grade, related }) => ({
      kind: grade === 2 ? ('more' as const) : ('less' as const),
      phrases: phrasesOf(world, docId),
      weight: 1,
      close: related,
    }))
}

const phrasesOf = ({ archive, papers }: World, docId: number) =>
  phrasesOfPaper(archive, toPaperText(papers.get(docId)!), MAX_PHRASES_OF_PAPER)

function profileOf(archive: Archive, { votes, query, days }: VotedDay): Profile {
  const [from, to] = [days[0]!, days.at(-1)!]
  return profileFor(archive, { query, phrases: learnPhrases(votes, []), days: { from, to } })
}

function choicesOf(archive: Archive): Record<string, Choice> {
  const profiles = new Map<VotedDay, (docId: number) => number>()
  const preferenceFor = (day: VotedDay) => {
    const known = profiles.get(day) ?? preferenceOf(archive, profileOf(archive, day))
    profiles.set(day, known)
    return known
  }
  const chosen = (day: VotedDay, minCloseness: number, preference?: (docId: number) => number) => [
    ...day.matched,
    ...chooseClose(day.near, { minCloseness, preference }).map(({ docId }) => docId),
  ]
  return {
    'before votes': (day) => chosen(day, MIN_CLOSENESS),
    'votes choose': (day) => chosen(day, MIN_CLOSENESS, preferenceFor(day)),
    'and move the threshold': (day) => chosen(day, minClosenessAt(votedStep(day.votes)), preferenceFor(day)),
    ...Object.fromEntries(
      THRESHOLDS.map((threshold): [string, Choice] => [
        `votes, from ${threshold.toFixed(2)}`,
        (day) => chosen(day, threshold, preferenceFor(day)),
      ]),
    ),
  }
}

interface Scores {
  precision: number
  recall: number
  papers: number
}

/** Means over needs, of which each is over its days together. */
function scoresOf(days: readonly VotedDay[], choice: Choice): Scores {
  const needs = [...Map.groupBy(days, ({ set, need }) => `${set} ${need}`).values()].map((own) => {
    const chosen = own.flatMap((day) => choice(day).map((docId) => day.grades.get(docId)!))
    const wanted = own.flatMap(({ grades }) => [...grades.values()]).filter((grade) => grade === 2).length
    return { papers: chosen.length, right: chosen.filter((grade) => grade === 2).length, wanted }
  })
  return {
    precision: mean(needs.filter(({ papers }) => papers > 0).map(({ right, papers }) => right / papers)),
    recall: mean(needs.filter(({ wanted }) => wanted > 0).map(({ right, wanted }) => right / wanted)),
    papers: needs.reduce((sum, { papers }) => sum + papers, 0),
  }
}

function report(
  days: readonly VotedDay[],
  results: readonly { name: string; scores: readonly Scores[] }[],
): string {
  const votes = days.flatMap((day) => day.votes)
  const count = (isCounted: (vote: (typeof votes)[number]) => boolean) =>
    (votes.filter(isCounted).length / days.length).toFixed(1)
  const before = results[0]!.scores
  const lowest = before.map(({ precision }, i) =>
    results.findLast(
      ({ name, scores }) => name.startsWith('votes, from') && scores[i]!.precision >= precision,
    ),
  )
  const row = (name: string, scores: readonly (Scores | undefined)[]) => [
    name,
    ...scores.flatMap((one) =>
      one ? [one.precision.toFixed(3), one.recall.toFixed(3), String(one.papers)] : ['', '', ''],
    ),
  ]
  return [
    table(
      ['', ...['own', '', '', 'TEST_DATA', '', '', 'all', '', '']],
      [
        row('P, R, papers', []),
        ...results.map(({ name, scores }) => row(name, scores)),
        row(
          'votes, at the same precision',
          lowest.map((result, i) => result?.scores[i]),
        ),
      ],
    ),
    `${days.length} days of needs, with ${count(({ kind }) => kind === 'more')} More and ${count(({ kind }) => kind === 'less')} Less each`,
  ].join('\n')
}
