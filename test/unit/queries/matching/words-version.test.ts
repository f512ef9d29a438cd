import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { PaperIndex } from '../../../../src/queries/matching/paper-index.ts'
import { paperWordsOf, WORDS_VERSION } from '../../../../src/queries/matching/segment.ts'
import { parseDailyPapers } from '../../../../src/sources/huggingface/parse-daily-papers.ts'
import { paperOf } from '../../../support/recorded-papers.ts'

const FOLDER = resolve(import.meta.dirname, '../../../fixtures/huggingface/daily')

// If this fails, stored words are out of date: increase WORDS_VERSION, and write the new line here.
test('the words of papers and their keys are those of this version', () => {
  const { vocabularies } = new PaperIndex()
  const hash = createHash('sha256')
  for (const name of readdirSync(FOLDER).sort()) {
    const { records } = parseDailyPapers(JSON.parse(readFileSync(resolve(FOLDER, name), 'utf8')))
    for (const record of records) hash.update(JSON.stringify(paperWordsOf(paperOf(record, 1), vocabularies)))
  }
  hash.update(vocabularies.prose.data.spellings + vocabularies.prose.data.keys)
  expect(`${WORDS_VERSION} ${hash.digest('hex').slice(0, 12)}`).toBe('1 2d1e666aa37b')
})
