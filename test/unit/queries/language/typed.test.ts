import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { Fault } from '../../../../src/core/errors.ts'
import { describeQuery } from '../../../../src/queries/language/describe-query.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { splitTopics } from '../../../../src/queries/language/split-topics.ts'
import { testData } from '../../../support/test-data.ts'

const further = testData('filters')
const folder = further ?? resolve(import.meta.dirname, '../../../fixtures/filters')
const lines = (name: string): string[] => readFileSync(join(folder, name), 'utf8').trim().split('\n')

/** Text of people's configurations, as if it was typed into the plain field, and any part of it. */
function typed(): string[] {
  const texts = [
    ...lines('filters.jsonl').map((line) => (JSON.parse(line) as { text: string }).text),
    ...lines('boolean-queries.tsv').map((line) => line.split('\t')[0]!),
  ]
  return texts.flatMap((text, i) => {
    const half = text.length / 2
    return [text, text.slice(0, half), text.slice(half), `${text} ${texts[i - 1] ?? ''}`]
  })
}

/** What a query is understood as; nothing where it is refused with a sentence of the query language. */
function understood(query: string): string | undefined {
  try {
    return describeQuery(parseQuery(query))
  } catch (error) {
    if (error instanceof Fault && error.code.startsWith('query.') && !/\{\w+\}/.test(error.sentence))
      return undefined
    throw new Error(`${query}: ${error}`)
  }
}

const topics = typed().flatMap(splitTopics)

test('parseQuery reads or refuses any part of what people typed, and any two parts together', () => {
  const said = topics.flatMap((query) => understood(query) ?? [])
  expect(said.length).toBeGreaterThan(topics.length / 2)
  expect(said.filter((text) => !/^(?:Papers with|The paper) \S/.test(text))).toEqual([])
})

test('splitTopics of each topic that people typed is that topic', () =>
  expect(topics.filter((topic) => String(splitTopics(topic)) !== topic)).toEqual([]))
