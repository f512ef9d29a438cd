import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { testData } from './test-data.ts'

const root = resolve(import.meta.dirname, '../..')
const further = testData('huggingface')

/** Days of the API as it replied: the recordings in TEST_DATA if it has some, else the project's own. */
export const recordings = further ?? join(root, 'test/fixtures/huggingface')
export const recordingsAre = further ? 'recordings in TEST_DATA' : "the project's own fixtures"

/** The names of the recorded days, oldest first. */
export const recordedDays = (folder: 'daily' | 'later-same-day'): string[] =>
  readdirSync(join(recordings, folder))
    .map((name) => name.slice(0, 10))
    .sort()

export const recordedDay = (folder: 'daily' | 'later-same-day', day: string): unknown[] =>
  JSON.parse(readFileSync(join(recordings, folder, `${day}.json`), 'utf8'))

/** A list of 61 papers that holds nothing but titles and summaries. */
export function seedPapers(): unknown[] {
  const file = testData('seed/papers.json') ?? join(root, 'scripts/demo/seed-papers.json')
  const papers: { title: string; summary: string }[] = JSON.parse(readFileSync(file, 'utf8'))
  return papers.map(({ title, summary }) => ({ title, summary }))
}
