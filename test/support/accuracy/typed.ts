// How much of what people typed as filters is understood: npm run bench -- typed [--data FOLDER] [--list] [--json]
// Each row (TEST_DATA/filters, or FOLDER) as if typed into the plain field of the form, over the recorded days: how much is
// understood, what is refused and why, how many rows match nothing and how many too much. --list prints them.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Fault } from '../../../src/core/errors.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import { isSentence } from '../../../src/queries/language/sentence.ts'
import { splitTopics } from '../../../src/queries/language/split-topics.ts'
import { evaluate } from '../../../src/queries/matching/evaluate.ts'
import type { Query } from '../../../src/queries/query.ts'
import { type PaperText, toPaperText } from '../../../src/queries/text/tokens.ts'
import { recordedDays, recordingsAre } from '../recorded-days.ts'
import { recordedPapers } from '../recorded-papers.ts'
import { testData } from '../test-data.ts'

interface TypedRow {
  kind: string
  text: string
}

interface Topic {
  query: string
  isSentence: boolean
  tree?: Query
  /** The code of what it is refused with. */
  refused?: string
}

interface Outcome extends TypedRow {
  topics: Topic[]
  /** Of all topics that are understood. */
  papers: number
}

interface Counts {
  rows: number
  topics: number
  understood: number
  sentences: number
  onePaper: number
  refused: Record<string, number>
  /** Rows without a topic that is understood. */
  refusedRows: number
  /** Rows that are understood, and match no paper. */
  nothing: number
  sentencesWithNothing: number
  /** Rows that match more than five papers a day. */
  tooMuch: number
  sentencesWithTooMuch: number
}

export interface Typed extends Counts {
  days: number
  papers: number
  byKind: Record<string, Counts>
  nothingListed: string[]
}

const FIXTURES = resolve(import.meta.dirname, '../../fixtures/filters')
/** The filters in TEST_DATA, else the project's own. */
export const TYPED = testData('filters') ?? FIXTURES
const TOO_MANY_A_DAY = 5

export function measureTyped(folder = TYPED): Typed {
  const texts = recordedPapers().map((paper) => toPaperText(paper))
  const days = recordedDays('daily').length
  const outcomes = readRows(folder).map((row) => outcomeOf(row, texts))
  const count = (some: readonly Outcome[]) => countsOf(some, days)
  const byKind = Map.groupBy(outcomes, ({ kind }) => kind)
  return {
    days,
    papers: texts.length,
    ...count(outcomes),
    byKind: Object.fromEntries([...byKind].map(([kind, some]) => [kind, count(some)])),
    nothingListed: outcomes.filter(bringsNothing).map(({ kind, text }) => `${kind}: ${text}`),
  }
}

/** A group in a configuration is JSON, which is not typed: its words joined by OR. */
function readRows(folder: string): TypedRow[] {
  const rows = readFileSync(join(folder, 'filters.jsonl'), 'utf8').trim().split('\n')
  return rows
    .map((line) => JSON.parse(line) as TypedRow)
    .map(({ kind, text }) => ({ kind, text: kind === 'filter_group' ? groupText(text) : text }))
}

const groupText = (json: string): string =>
  (JSON.parse(json) as { any_of: string[] }).any_of
    .filter(Boolean)
    .map((term) => `"${term.replaceAll('"', '')}"`)
    .join(' OR ')

function outcomeOf(row: TypedRow, texts: readonly PaperText[]): Outcome {
  const topics = splitTopics(row.text).map(read)
  const trees = topics.flatMap(({ tree }) => tree ?? [])
  const papers = texts.filter((text) => trees.some((tree) => evaluate(tree, text))).length
  return { ...row, topics, papers }
}

function read(query: string): Topic {
  const topic = { query, isSentence: isSentence(query) }
  try {
    return { ...topic, tree: parseQuery(query) }
  } catch (error) {
    if (error instanceof Fault && error.code.startsWith('query.')) return { ...topic, refused: error.code }
    throw error
  }
}

const isUnderstood = ({ topics }: Outcome): boolean => topics.some(({ tree }) => tree)
const bringsNothing = (row: Outcome): boolean => isUnderstood(row) && row.papers === 0
const holdsSentence = ({ topics }: Outcome): boolean => topics.some((topic) => topic.tree && topic.isSentence)

function countsOf(rows: readonly Outcome[], days: number): Counts {
  const topics = rows.flatMap((row) => row.topics)
  const nothing = rows.filter(bringsNothing)
  const tooMuch = rows.filter(({ papers }) => papers > TOO_MANY_A_DAY * days)
  const refused = Map.groupBy(
    topics.flatMap(({ refused }) => refused ?? []),
    (code) => code,
  )
  return {
    rows: rows.length,
    topics: topics.length,
    understood: topics.filter(({ tree }) => tree).length,
    sentences: topics.filter((topic) => topic.tree && topic.isSentence).length,
    onePaper: topics.filter(({ tree }) => tree?.kind === 'paper').length,
    refused: Object.fromEntries([...refused].map(([code, all]) => [code, all.length])),
    refusedRows: rows.filter((row) => !isUnderstood(row)).length,
    nothing: nothing.length,
    sentencesWithNothing: nothing.filter(holdsSentence).length,
    tooMuch: tooMuch.length,
    sentencesWithTooMuch: tooMuch.filter(holdsSentence).length,
  }
}

export async function benchTyped(args: string[]): Promise<{ json: unknown; text: string }> {
  const { values } = parseArgs({
    args,
    options: { data: { type: 'string' }, list: { type: 'boolean' }, json: { type: 'boolean' } },
  })
  const typed = measureTyped(values.data)
  return { json: typed, text: textOf(typed, values.list ?? false) }
}

function textOf(typed: Typed, isListed: boolean): string {
  const { rows, topics, papers, days, refused, byKind, nothingListed } = typed
  const perDay = (papers / days).toFixed(0)
  return [
    `${rows} rows, ${topics} topics, over ${papers} papers of ${days} days (${perDay} a day; ${recordingsAre})`,
    `understood:          ${typed.understood}, ${typed.sentences} of them sentences, ${typed.onePaper} one paper`,
    `refused:             ${listOf(refused) || 'none'}; ${typed.refusedRows} rows whole`,
    `bring nothing:       ${typed.nothing} rows, ${typed.sentencesWithNothing} of them sentences`,
    `more than ${TOO_MANY_A_DAY} a day:   ${typed.tooMuch} rows, ${typed.sentencesWithTooMuch} of them sentences`,
    ...Object.entries(byKind).map(([kind, counts]) => `  ${kind.padEnd(14)} ${kindText(counts)}`),
    ...(isListed ? ['', 'Nothing came of:', ...nothingListed.map((row) => `  ${row}`)] : []),
  ].join('\n')
}

const kindText = ({ rows, refusedRows, sentences, nothing, tooMuch }: Counts): string =>
  `${rows} rows, ${refusedRows} refused, ${sentences} sentences, ${nothing} nothing, ${tooMuch} too much`

const listOf = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')
