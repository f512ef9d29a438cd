import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Fault } from '../../../../src/core/errors.ts'
import { promptForEnglish } from '../../../../src/features/reader/prompt.ts'
import { readQuery } from '../../../../src/features/reader/read-reply.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { questionIn } from '../../../integration/features/reader/stand-in-reader.ts'
import { noTestData, testData } from '../../../support/test-data.ts'

const file = testData('filters/filters.jsonl')

function isRefused(text: string): boolean {
  try {
    parseQuery(text)
    return false
  } catch (error) {
    return error instanceof Fault && error.code === 'query.not-english'
  }
}

test('each recorded topic of another language is sent as data, and a valid query for it is offered', (context) => {
  if (!file) return context.skip(noTestData('filters'))
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  const texts = [...new Set(lines.map((line) => (JSON.parse(line) as { text: string }).text))]
  const refused = texts.filter(isRefused)
  expect(refused.length).toBeGreaterThan(200)
  for (const text of refused) {
    const { topic } = questionIn(promptForEnglish(text))
    expect(topic).not.toBe('')
    expect(readQuery(JSON.stringify({ query: text }))).toBeNull()
    const reply = JSON.stringify({ query: '"world model" OR VLA' })
    expect(readQuery(`\`\`\`json\n${reply}\n\`\`\``)).toBe('"world model" OR VLA')
  }
})
