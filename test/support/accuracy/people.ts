import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Fault } from '../../../src/core/errors.ts'
import { parseQuery } from '../../../src/queries/language/parse-query.ts'
import { splitTopics } from '../../../src/queries/language/split-topics.ts'
import type { Query } from '../../../src/queries/query.ts'
import { randomFrom } from '../../battery/bench/seeded-random.ts'
import { testData } from '../test-data.ts'

const folder = testData('filters') ?? resolve(import.meta.dirname, '../../fixtures/filters')

/** Subscribers with their topics, and the distinct queries of all of them. */
export interface People {
  queries: Query[]
  /** Topics of the subscriber at i: numbers of queries from starts[i] to starts[i + 1]. */
  starts: Uint32Array
  topics: Uint32Array
}

/** Every filter that people typed, as one tree for each topic that it holds; those that cannot be read are left out. */
export const typedTrees = (): Query[] => typedTexts().flatMap(tryToParse)

/** The same as texts. */
export const typedTopics = (): string[] => typedTexts().filter((text) => tryToParse(text).length > 0)

function typedTexts(): string[] {
  const rows = readFileSync(join(folder, 'filters.jsonl'), 'utf8').trim().split('\n')
  return [...new Set(rows.map((row) => JSON.parse(row) as Row).flatMap((row) => splitTopics(textOf(row))))]
}

interface Row {
  kind: string
  text: string
}

/** A group says of which terms one is enough. */
function textOf({ kind, text }: Row): string {
  if (kind !== 'filter_group') return text
  const { any_of: terms } = JSON.parse(text) as { any_of: string[] }
  return terms.map((term) => `"${term.replaceAll('"', '')}"`).join(' OR ')
}

function tryToParse(text: string): Query[] {
  try {
    return [parseQuery(text)]
  } catch (error) {
    if (error instanceof Fault) return []
    throw error
  }
}

/** Shares of subscribers with 1 to 5 topics: 2 in the mean. */
const TOPICS = [0.45, 0.28, 0.14, 0.08, 0.05]
/** Topics of one person: a typed filter with a further term. */
const OWN = 0.6
const CATEGORIES = ['cs.CL', 'cs.LG', 'cs.CV', 'cs.AI', 'cs.RO', 'cs', 'stat.ML']

/** Topics drawn from typed filters by Zipf's law (exponent 1); three in five are changed by their writer. */
export function drawPeople(count: number, trees: readonly Query[], seed = 1): People {
  const chance = randomFrom(seed)
  const rank = zipf(trees.length, chance)
  const numbers = new Map<string, number>()
  const queries: Query[] = []
  const numberOf = (name: string, make: () => Query): number => {
    const known = numbers.get(name)
    if (known !== undefined) return known
    numbers.set(name, queries.length)
    return queries.push(make()) - 1
  }
  const draw = (): number => {
    const tree = rank()
    if (chance() >= OWN) return numberOf(`${tree}`, () => trees[tree]!)
    const { name, change } = ownChange(chance, rank, trees)
    return numberOf(`${tree} ${name}`, () => change(trees[tree]!))
  }
  const starts = new Uint32Array(count + 1)
  const topics: number[] = []
  for (let i = 0; i < count; i++) {
    const wanted = topicCount(chance())
    const mine = new Set<number>()
    for (let k = 0; k < wanted; k++) mine.add(draw())
    for (const topic of mine) topics.push(topic)
    starts[i + 1] = topics.length
  }
  return { queries, starts, topics: Uint32Array.from(topics) }
}

function ownChange(chance: () => number, rank: () => number, trees: readonly Query[]) {
  const kind = chance()
  const other = rank()
  const join = (kind: 'and' | 'or', part: Query) => (tree: Query) => ({ kind, parts: [tree, part] }) as Query
  if (kind < 0.3) {
    const value = CATEGORIES[Math.floor(chance() * CATEGORIES.length)]!
    return { name: `cat ${value}`, change: join('and', { kind: 'category', value }) }
  }
  if (kind < 0.5) {
    const least = 5 * (1 + Math.floor(chance() * 10))
    return { name: `votes ${least}`, change: join('and', { kind: 'votes', least }) }
  }
  if (kind < 0.65) return { name: `not ${other}`, change: join('and', { kind: 'not', part: trees[other]! }) }
  if (kind < 0.85) return { name: `or ${other}`, change: join('or', trees[other]!) }
  return { name: `and ${other}`, change: join('and', trees[other]!) }
}

export function topicCount(chance: number): number {
  let left = chance
  for (const [i, share] of TOPICS.entries()) {
    left -= share
    if (left < 0) return i + 1
  }
  return TOPICS.length
}

/** Draws places of a list, the n-th with a chance of 1/n. */
export function zipf(length: number, chance: () => number): () => number {
  const sums = new Float64Array(length)
  let sum = 0
  for (let i = 0; i < length; i++) {
    sum += 1 / (i + 1)
    sums[i] = sum
  }
  return () => {
    const wanted = chance() * sum
    let low = 0
    for (let high = length - 1; low < high; ) {
      const middle = (low + high) >>> 1
      if (sums[middle]! < wanted) low = middle + 1
      else high = middle
    }
    return low
  }
}
