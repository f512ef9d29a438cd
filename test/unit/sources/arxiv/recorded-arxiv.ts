import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { testData } from '../../../support/test-data.ts'

/** A paper of the fixtures, as the feed and the archive both tell it. */
export const COMMAS = {
  keys: [{ scheme: 'arxiv', value: '2607.04420' }],
  title: 'Counting Commas: A Corpus of Very Long Sentences',
  abstract: 'We collect sentences of 100 & more words, where $n < m$ holds, and ask models to find the verb.',
  authors: ['Ines Moreau', 'Bo Xu', 'Karl-Heinz Ott Jr.'],
  categories: ['cs.CL', 'cs.LG'],
  keywords: [],
}

const root = resolve(import.meta.dirname, '../../../..')
const own = join(root, 'test/fixtures/arxiv')
const further = testData('arxiv')

export const recordingsAre = further
  ? "recordings in TEST_DATA, and the project's own fixtures"
  : "the project's own fixtures"

export interface Recorded {
  name: string
  status: number
  body: string
}

/** Every recorded reply of a kind: the project's own, and those in TEST_DATA. */
export const recorded = (kind: 'rss' | 'oai' | 'api'): Recorded[] =>
  [own, ...(further ? [further] : [])].flatMap((folder) => answersIn(join(folder, kind)))

export const fixture = (name: string): string => bodyOf(join(own, name)).body

const answersIn = (folder: string): Recorded[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(xml|json)$/.test(name))
    .sort()
    .map((name) => ({ name, ...bodyOf(join(folder, name)) }))

function bodyOf(file: string): { status: number; body: string } {
  const text = readFileSync(file, 'utf8')
  if (!file.endsWith('.json')) return { status: file.includes('error-400') ? 400 : 200, body: text }
  const { status_code: status, body } = JSON.parse(text)
  return { status, body }
}
