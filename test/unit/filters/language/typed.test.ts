import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { describeQuery } from '../../../../src/filters/language/describe-query.ts'
import { parseQuery } from '../../../../src/filters/language/parse-query.ts'
import { splitTopics } from '../../../../src/filters/language/split-topics.ts'
import { Fault } from '../../../../src/platform/errors.ts'

const shared = resolve(import.meta.dirname, '../../../../../shared/data/filters')
const folder = existsSync(shared) ? shared : resolve(import.meta.dirname, '../../../fixtures/filters')
const lines = (name: string): string[] => readFileSync(join(folder, name), 'utf8').trim().split('\n')

/** Whatever stands in somebody's configuration, as if it was typed into the plain field. */
const typed = [
  ...lines('filters.jsonl').map((line) => (JSON.parse(line) as { text: string }).text),
  ...lines('boolean-queries.tsv')
    .slice(1)
    .map((line) => line.split('\t')[0]!),
]

/** What a query is understood as; the code of the fault where it is not. */
function understood(query: string): string {
  try {
    return describeQuery(parseQuery(query))
  } catch (error) {
    if (error instanceof Fault && error.code.startsWith('query.')) return error.code
    throw error
  }
}

test('whatever people typed is understood, or refused with a sentence of the query language', () => {
  const said = typed.flatMap(splitTopics).map(understood)
  const refused = said.filter((words) => words.startsWith('query.'))
  expect(said.length).toBeGreaterThan(10)
  expect(said.filter((words) => !/^(Papers with |The paper |query\.)./.test(words))).toEqual([])
  expect(refused.length).toBeLessThan(said.length)
})

test('and so is any part of it, and any two of them in one', () => {
  for (const [i, text] of typed.entries()) {
    const cut = [text.slice(0, text.length / 2), text.slice(text.length / 2), `${text} ${typed[i - 1] ?? ''}`]
    for (const query of cut.flatMap(splitTopics)) expect(understood(query)).toMatch(/./)
  }
})
