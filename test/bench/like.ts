// How similar the "papers like this" are: npm run bench -- like [--json]
// CSFCube (TEST_DATA/csfcube, for judging only): 50 queries, each a paper with candidates that experts graded from 0 to 3.
// The archive, from which the space is learned, is CSFCube's abstracts and the other papers of TEST_DATA. Measured are the
// mean average precision (grades 2 and 3 are relevant) and the nDCG of the first 20 % of the candidates (gain 2^grade - 1).
// Settings were chosen on one half of the query papers; the other half is shown by itself.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { table } from '../../src/operator/operations/text-table.ts'
import { Archive } from '../../src/queries/archive.ts'
import { PaperIndex } from '../../src/queries/matching/paper-index.ts'
import { SpaceLearner } from '../../src/queries/ranking/learn-space.ts'
import { type Vector, wordCounts } from '../../src/queries/ranking/tf-idf.ts'
import { toPaperText } from '../../src/queries/text/tokens.ts'
import { averagePrecision, mean } from '../support/accuracy/order.ts'
import { everyPaper } from '../support/archived-papers.ts'
import { samplePaper } from '../support/sample-paper.ts'
import { noTestData, testData } from '../support/test-data.ts'

const MIN_GRADE = 2
const DEPTH = 0.2

interface Judged {
  /** The id of the query paper. */
  query: string
  /** The grade of each candidate. */
  relevance: Record<string, number>
}

/** Scores by the number of a paper; papers without a score come last. */
type Scores = ReadonlyMap<number, number>

export function benchLike(args: string[]): Promise<{ json: unknown; text: string }> {
  parseArgs({ args, options: { json: { type: 'boolean' } } })
  const folder = testData('csfcube')
  if (!folder) return Promise.resolve({ json: null, text: `Not measured: ${noTestData('csfcube')}.` })
  const judged = JSON.parse(readFileSync(join(folder, 'queries.json'), 'utf8')) as Judged[]
  const { papers, numberOf } = papersOf(folder)
  const methods = scoresByMethod({ papers, numberOf }, judged)
  const halves = halvesOf(judged)
  const rows = Object.entries(methods).map(([method, scores]) => {
    const measured = judged.map((one, i) => measure(one, scores[i]!, numberOf))
    const means = (of: readonly number[]) => ({
      map: mean(of.map((i) => measured[i]!.precision)),
      ndcg: mean(of.map((i) => measured[i]!.ndcg)),
    })
    return { method, all: means([...judged.keys()]), chosenOn: means(halves[0]), other: means(halves[1]) }
  })
  const cells = ({ map, ndcg }: { map: number; ndcg: number }) =>
    `${(100 * map).toFixed(1)} / ${(100 * ndcg).toFixed(1)}`
  const text = table(
    ['MAP / nDCG%20', 'all queries', 'half for choosing', 'other half'],
    rows.map(({ method, all, chosenOn, other }) => [method, cells(all), cells(chosenOn), cells(other)]),
  )
  return Promise.resolve({ json: rows, text })
}

/** CSFCube's papers by their ids, then those of the other recordings. */
function papersOf(folder: string) {
  const lines = gunzipSync(readFileSync(join(folder, 'papers.jsonl.gz')))
    .toString('utf8')
    .trim()
  const own = lines.split('\n').map((line) => JSON.parse(line) as Record<'id' | 'title' | 'abstract', string>)
  const facts = [...own.map(({ title, abstract }) => ({ title, abstract })), ...everyPaper()]
  return {
    papers: facts.map((one, i) => samplePaper({ ...one, id: i + 1 })),
    numberOf: new Map(own.map(({ id }, i) => [id, i + 1])),
  }
}

type Papers = ReturnType<typeof papersOf>

/** The scores of each query, without and with a space. */
function scoresByMethod({ papers, numberOf }: Papers, judged: readonly Judged[]): Record<string, Scores[]> {
  const index = new PaperIndex()
  index.upsert(papers)
  const archive = new Archive(index)
  const learner = new SpaceLearner()
  for (const paper of papers) learner.add(wordCounts(toPaperText(paper)))
  const numbers = judged.map(({ query }) => numberOf.get(query)!)
  const counts = numbers.map((number) => wordCounts(toPaperText(papers[number - 1]!)))
  const all = { most: papers.length }
  const like = () =>
    counts.map((one) => new Map(archive.similarTo(one, all).map(({ id, score }) => [id, score])))
  const vectors = papers.map((paper) => archive.vectorOfText(toPaperText(paper)))
  const tfIdf = numbers.map(
    (number) =>
      new Map(papers.map(({ id }) => [id, cosineSimilarity(vectors[number - 1]!, vectors[id - 1]!)])),
  )
  const bm25 = like()
  archive.computeVectors(learner.learn())
  const space = counts.map((one) => {
    const vector = archive.spaceVectorOf(one)!
    return new Map(papers.map(({ id }) => [id, archive.vectors!.cosine(vector, archive.index.docIdOf(id)!)]))
  })
  return { 'TF-IDF': tfIdf, BM25: bm25, space, 'BM25 and space': like() }
}

/** The queries of every other query paper. */
function halvesOf(judged: readonly Judged[]): [number[], number[]] {
  const papers = [...new Set(judged.map(({ query }) => query))].sort()
  const half = (rest: number) =>
    [...judged.keys()].filter((i) => papers.indexOf(judged[i]!.query) % 2 === rest)
  return [half(0), half(1)]
}

function measure({ relevance }: Judged, scores: Scores, numberOf: ReadonlyMap<string, number>) {
  const score = (id: string) => scores.get(numberOf.get(id)!) ?? Number.NEGATIVE_INFINITY
  const candidates = Object.entries(relevance).sort(([a], [b]) =>
    score(a) === score(b) ? Number(a) - Number(b) : score(b) - score(a),
  )
  const grades = candidates.map(([, grade]) => grade)
  const isRelevant = (place: number) => grades[place]! >= MIN_GRADE
  const depth = Math.floor(DEPTH * grades.length)
  const ideal = grades.toSorted((a, b) => b - a)
  return {
    precision: averagePrecision([...grades.keys()], isRelevant),
    ndcg: gainOf(grades.slice(0, depth)) / gainOf(ideal.slice(0, depth)),
  }
}

/** Discounted cumulative gain. */
const gainOf = (grades: readonly number[]): number =>
  grades.reduce((sum, grade, place) => sum + (2 ** grade - 1) / Math.log2(place + 2), 0)

/** The cosine similarity of two vectors of unit length, from -1 to 1; 0 if one of them is empty. */
function cosineSimilarity(profile: Vector, paper: Vector): number {
  const [few, many] = profile.size < paper.size ? [profile, paper] : [paper, profile]
  let sum = 0
  for (const [key, weight] of few) sum += weight * (many.get(key) ?? 0)
  return sum
}
