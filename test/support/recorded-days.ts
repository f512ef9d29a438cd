import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const shared = resolve(root, '../shared/data')
const hasShared = existsSync(join(shared, 'huggingface/daily'))

/** Days of the API as it answered: recordings beside the checkout where there are any, else the project's own. */
export const recordings = hasShared ? join(shared, 'huggingface') : join(root, 'test/fixtures/huggingface')
export const recordingsAre = hasShared ? 'recordings in ../shared/data' : "the project's own fixtures"

/** The names of the recorded days, oldest first. */
export const recordedDays = (folder: 'daily' | 'later-same-day'): string[] =>
  readdirSync(join(recordings, folder))
    .map((name) => name.slice(0, 10))
    .sort()

export const recordedDay = (folder: 'daily' | 'later-same-day', day: string): unknown[] =>
  JSON.parse(readFileSync(join(recordings, folder, `${day}.json`), 'utf8'))

/** A list of 61 papers that holds nothing but titles and summaries. */
export function seedPapers(): unknown[] {
  const file = hasShared ? join(shared, 'seed/papers.json') : join(root, 'scripts/demo/seed-papers.json')
  const papers: { title: string; summary: string }[] = JSON.parse(readFileSync(file, 'utf8'))
  return papers.map(({ title, summary }) => ({ title, summary }))
}
