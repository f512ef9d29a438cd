// How right the papers are that a topic returns: npm run bench -- relevance [--json]
// Twenty needs, as people type them, over four recorded days. Two readers labelled each paper for each need on their own,
// 2 (clearly wanted), 1 (marginal) or 0, from titles and abstracts, before any program's result was seen; a paper's label
// is the lower of the two. The readers are two runs of one language model, so their agreement says less than that of two
// people. Thresholds were chosen on every other need, from the first; the rest is reported with a bootstrap interval.
// Beside ours: BM25, TF-IDF, Postgres' own search, and votes. It reads recordings of TEST_DATA.
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts'
import { table } from '../../src/operator/operations/text-table.ts'
import type { Paper } from '../../src/papers/paper.ts'
import { Archive } from '../../src/queries/archive.ts'
import { parseQuery } from '../../src/queries/language/parse-query.ts'
import { PaperIndex } from '../../src/queries/matching/paper-index.ts'
import type { Query } from '../../src/queries/query.ts'
import { LatentSpace } from '../../src/queries/ranking/latent-space.ts'
import { SpaceLearner } from '../../src/queries/ranking/learn-space.ts'
import { rankByWords } from '../../src/queries/ranking/ranker.ts'
import { cosineSimilarity, wordCounts } from '../../src/queries/ranking/tf-idf.ts'
import { runToEnd } from '../../src/queries/steps.ts'
import { isStopWord, tokensOf, toPaperText } from '../../src/queries/text/tokens.ts'
import { rankAll } from '../../src/search/rank-papers.ts'
import { parseDailyPapers } from '../../src/sources/huggingface/parse-daily-papers.ts'
import { arxivPapers } from '../support/archived-papers.ts'
import { recordedDay, recordedDays } from '../support/recorded-days.ts'
import { paperOf } from '../support/recorded-papers.ts'
import { usageOf } from '../support/usage-of.ts'
import { averagePrecision, mean } from './order.ts'
import { capText, measureCap } from './relevance/cap.ts'

export interface Need {
  name: string
  kind: 'keywords' | 'boolean' | 'sentence' | 'long'
  typed: string
  /** By arXiv id, what each of the readers said; papers that both gave 0 are left out. */
  grades: Record<string, [number, number]>
}

const ORDERS = ['ours', 'bm25', 'tfidf', 'votes'] as const
type Order = (typeof ORDERS)[number]

interface Judged extends Pick<Need, 'name' | 'kind'> {
  /** How many of the labelled papers are clearly wanted. */
  wanted: number
  /** For each way to choose papers: how many, how many of them clearly wanted, and at least marginal. */
  chosen: Record<'matched' | 'withRelated' | 'related' | 'nearest' | 'postgres', Chosen>
  /** Average precision over all labelled papers; null if none is wanted. */
  ap: Record<Order, number | null>
}

interface Chosen {
  papers: number
  wanted: number
  marginal: number
}

export async function benchRelevance(): Promise<{ json: unknown; text: string }> {
  const { days, needs } = JSON.parse(
    readFileSync(resolve(import.meta.dirname, 'relevance/labels.json'), 'utf8'),
  ) as { days: string[]; needs: Need[] }
  const papers = papersByDay()
  const labelled = papers.filter(({ firstDay }) => days.includes(firstDay))
  if (labelled.length === 0)
    return { json: null, text: 'TEST_DATA has no recordings of the labelled days: nothing was measured.' }
  const archive = archiveFrom(papers)
  const matchedByPostgres = await postgresMatches(labelled, needs)
  const judged = needs.map((need) => judge(need, { archive, labelled, matchedByPostgres }))
  const capped = measureCap(archive, needs, labelled)
  const pairs = needs.flatMap(({ grades }) => Object.values(grades))
  const agreement = kappa(pairs, needs.length * labelled.length)
  return {
    json: { judged, capped, agreement },
    text: [report(judged, agreement), capText(capped)].join('\n'),
  }
}

/** The lower of what the readers said. */
export const gradeIn = ({ grades }: Need, { arxivId }: Paper): number =>
  Math.min(...(grades[arxivId!] ?? [0, 0]))

interface Judging {
  archive: Archive
  labelled: readonly Paper[]
  matchedByPostgres: ReadonlyMap<string, ReadonlySet<number>>
}

function judge(need: Need, { archive, labelled, matchedByPostgres }: Judging): Judged {
  const { index } = archive
  const gradeOf = (paper: Paper) => gradeIn(need, paper)
  const isWanted = (paper: Paper) => gradeOf(paper) === 2
  const wanted = labelled.filter(isWanted).length
  const chosen = (isChosen: (id: number) => boolean): Chosen => {
    const some = labelled.filter(({ id }) => isChosen(id))
    return {
      papers: some.length,
      wanted: some.filter(isWanted).length,
      marginal: some.filter((paper) => gradeOf(paper) > 0).length,
    }
  }
  const apOf = (scoreOf: (paper: Paper) => number) => {
    const order = labelled.toSorted((a, b) => scoreOf(b) - scoreOf(a))
    return wanted === 0 ? null : averagePrecision([...order.keys()], (place) => isWanted(order[place]!))
  }
  const isLabelled = new Set(labelled.map(({ id }) => id))
  const ranked = rankAll(archive, parseQuery(need.typed)).filter(({ id }) => isLabelled.has(id))
  const rankOf = new Map(ranked.map((rank, place) => [rank.id, { ...rank, place }]))
  const related = Map.groupBy(
    ranked.filter((one) => one.related),
    ({ id }) => index.attributes(index.docIdOf(id)!).firstDay,
  )
  const nearest = new Set([...related.values()].flatMap((some) => some.slice(0, 3).map(({ id }) => id)))
  const words = wordsOf(need.typed)
  const anyWord = rankByWords(index, { kind: 'or', parts: words }, index.live)
  const placeOf = new Map([...anyWord].map((docId, place) => [index.attributes(docId).id, place]))
  const typedVector = archive.vectorOfText({
    title: { tokens: [] },
    abstract: { tokens: tokensOf(need.typed) },
  })
  return {
    ...{ name: need.name, kind: need.kind, wanted },
    chosen: {
      matched: chosen((id) => rankOf.get(id)!.matched),
      withRelated: chosen((id) => rankOf.get(id)!.matched || rankOf.get(id)!.related),
      related: chosen((id) => rankOf.get(id)!.related),
      nearest: chosen((id) => nearest.has(id)),
      postgres: chosen((id) => matchedByPostgres.get(need.name)!.has(id)),
    },
    ap: {
      ours: apOf(({ id }) => -rankOf.get(id)!.place),
      bm25: apOf(({ id }) => -(placeOf.get(id) ?? index.docCount)),
      tfidf: apOf(({ id }) => cosineSimilarity(typedVector, archive.vectorOfDoc(archive.index.docIdOf(id)!))),
      votes: apOf(({ votes }) => votes ?? 0),
    },
  }
}

/** The recorded papers of Hugging Face, each on the day on which it was listed first, and those of arXiv. */
export function papersByDay(): Paper[] {
  const papers = new Map<string, Paper>()
  for (const day of recordedDays('daily')) {
    for (const record of parseDailyPapers(recordedDay('daily', day)).records) {
      const paper = paperOf(record, papers.size + 1)
      if (!papers.has(paper.arxivId!)) papers.set(paper.arxivId!, { ...paper, firstDay: day })
    }
  }
  for (const paper of arxivPapers()) {
    if (!papers.has(paper.arxivId!))
      papers.set(paper.arxivId!, { ...paper, id: papers.size + 1, firstDay: '2025-06-16' })
  }
  return [...papers.values()]
}

/** With what the nightly run learns from the papers. */
export function archiveFrom(papers: readonly Paper[]): Archive {
  const index = new PaperIndex()
  index.upsert(papers)
  const archive = new Archive(index)
  archive.usage = usageOf(papers)
  const learner = new SpaceLearner()
  for (const paper of papers) learner.add(wordCounts(toPaperText(paper)))
  runToEnd(archive.computeVectors(LatentSpace.decode(learner.learn().encode())))
  return archive
}

async function postgresMatches(papers: readonly Paper[], needs: readonly Need[]) {
  const folder = join(tmpdir(), `relevance-${process.pid}`)
  const { url, stop } = await startEmbeddedPostgres(folder, { durable: false })
  const client = new pg.Client({ connectionString: url })
  try {
    await client.connect()
    await client.query('create temp table paper (id int, words tsvector)')
    for (const { id, title, abstract } of papers)
      await client.query(`insert into paper values ($1, to_tsvector('english', $2))`, [
        id,
        `${title} ${abstract}`,
      ])
    const found = new Map<string, Set<number>>()
    for (const { name, typed } of needs) {
      const { rows } = await client.query(
        `select id from paper where words @@ websearch_to_tsquery('english', $1)`,
        [typed],
      )
      found.set(name, new Set(rows.map(({ id }) => id)))
    }
    return found
  } finally {
    await client.end()
    await stop()
    await removeEmbeddedPostgres(folder)
  }
}

const wordsOf = (text: string): Query[] =>
  tokensOf(text)
    .filter(({ folded }) => !isStopWord(folded))
    .map(({ folded }) => ({ kind: 'word', field: 'any', text: folded }))

/** Cohen's kappa of the grades of two readers; `pairs` lacks the papers that both gave 0. */
function kappa(pairs: readonly [number, number][], total: number): number {
  const same = (total - pairs.length + pairs.filter(([a, b]) => a === b).length) / total
  const share = (reader: 0 | 1, grade: number) => {
    const given = pairs.filter((pair) => pair[reader] === grade).length / total
    return grade === 0 ? 1 - pairs.filter((pair) => pair[reader] > 0).length / total : given
  }
  const byChance = [0, 1, 2].reduce((sum, grade) => sum + share(0, grade) * share(1, grade), 0)
  return (same - byChance) / (1 - byChance)
}

type Way = keyof Judged['chosen']

/** Precision over the needs that get papers, recall over those that want some, and their harmonic mean. */
function scoresOf(list: readonly Judged[], way: Way) {
  const got = list.map(({ chosen }) => chosen[way]).filter(({ papers }) => papers > 0)
  const precision = mean(got.map(({ papers, wanted }) => wanted / papers))
  const marginal = mean(got.map((one) => one.marginal / one.papers))
  const recall = mean(
    list.filter(({ wanted }) => wanted > 0).map(({ wanted, chosen }) => chosen[way].wanted / wanted),
  )
  return { precision, recall, marginal, both: (2 * precision * recall) / (precision + recall || 1) }
}

const meanAp = (list: readonly Judged[], order: Order): number =>
  mean(list.flatMap(({ ap }) => ap[order] ?? []))

const SAMPLES = 1000

/** The middle 95 % of a value over samples of the needs, drawn with replacement by a fixed seed. */
function interval(list: readonly Judged[], measure: (sample: readonly Judged[]) => number): string {
  let state = 1
  const draw = () => {
    state = (state * 48_271) % 0x7fffffff
    return list[state % list.length]!
  }
  const values = Array.from({ length: SAMPLES }, () => measure(list.map(draw))).sort((a, b) => a - b)
  return `${values[SAMPLES * 0.025]!.toFixed(2)}–${values[SAMPLES * 0.975]!.toFixed(2)}`
}

function report(judged: readonly Judged[], agreement: number): string {
  const number = (value: number | null) => value?.toFixed(2) ?? '–'
  const halves = [
    ['chosen on', judged.filter((_, i) => i % 2 === 0)],
    ['reported', judged.filter((_, i) => i % 2 === 1)],
    ['all', judged],
  ] as const
  return [
    table(
      ['need', 'kind', 'wanted', 'matched', 'right', 'marginal', 'related', 'right', ...ORDERS],
      judged.map(({ name, kind, wanted, chosen: { matched, related }, ap }) => [
        ...[name, kind, wanted, matched.papers, matched.wanted, matched.marginal],
        ...[related.papers, related.wanted, ...ORDERS.map((order) => number(ap[order]))],
      ]),
    ),
    table(
      ['', '', 'precision', 'recall', 'both', 'or marginal'],
      halves.flatMap(([half, list]) =>
        (['matched', 'withRelated', 'postgres'] as const).map((way) => {
          const { precision, recall, both, marginal } = scoresOf(list, way)
          return [half, way, ...[precision, recall, both, marginal].map(number)]
        }),
      ),
    ),
    table(
      ['mean average precision', ...ORDERS],
      halves.map(([half, list]) => [half, ...ORDERS.map((order) => meanAp(list, order).toFixed(3))]),
    ),
    `Reported needs, 95 % intervals: both ${interval(halves[1][1], (some) => scoresOf(some, 'matched').both)}, with related ${interval(halves[1][1], (some) => scoresOf(some, 'withRelated').both)}; MAP ${interval(halves[1][1], (some) => meanAp(some, 'ours'))}`,
    nearestText(judged),
    `Agreement of the two readers: kappa ${agreement.toFixed(2)}`,
  ].join('\n')
}

function nearestText(judged: readonly Judged[]): string {
  const sum = (list: readonly Chosen[], field: keyof Chosen) =>
    list.reduce((total, one) => total + one[field], 0)
  const nearest = judged.map(({ chosen }) => chosen.nearest)
  const [papers, wanted, marginal] = (['papers', 'wanted', 'marginal'] as const).map((field) =>
    sum(nearest, field),
  )
  return `Related papers, up to three a day: ${papers}, of which ${wanted} are wanted and ${marginal} at least marginal`
}
