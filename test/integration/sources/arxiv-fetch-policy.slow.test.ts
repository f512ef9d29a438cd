import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { fetchPolicy } from '../../../src/sources/arxiv/arxiv-client.ts'
import type { ArxivPaper } from '../../support/arxiv-responses.ts'
import { type ArxivServer, startArxivServer } from '../../support/arxiv-server.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { startProgram } from '../../support/processes.ts'

const database = useDatabase()
const DAY = '2026-08-14'
const NOW = `${DAY}T05:00:00Z`
// By the clock of the database, which need not tick as ours does.
const CLOCKS_DIFFER_MS = 5

const paper = (number: number, category: string): ArxivPaper => ({
  id: `2608.1${String(number).padStart(4, '0')}`,
  title: `Paper ${number}`,
  abstract: 'An abstract.',
  authors: ['Ana Li'],
  categories: [category],
  created: '2026-08-12',
})
const papers = ['cs.CL', 'cs.LG', 'cs.CV', 'stat.ML'].map((category, number) => paper(number, category))

let server: ArxivServer

beforeAll(async () => {
  server = await startArxivServer({ days: { [DAY]: papers }, now: () => new Date(NOW) })
})
afterAll(() => server.close())
beforeEach(async () => {
  await emptyTables(database.db)
  await database.db.bucket.deleteMany()
  server.requests.length = 0
  server.troubles.length = 0
})

/** Returns its exit code. */
async function askAtOnce(who: string, gapMs: number, categories: string[]): Promise<number> {
  const program = startProgram(
    ['test/support/arxiv-fetching-process.ts', DAY, String(gapMs), ...categories],
    {
      DATABASE_URL: database.url,
      BASE_URL: 'http://papers.example',
      OPERATOR_EMAIL: `${who}@papers.example`,
      CLOCK_NOW: NOW,
      ...server.urls,
    },
  )
  const [code] = await once(program, 'exit')
  return code
}

/** Between the end of each answer and the next question, in ms. */
function gaps(): number[] {
  const { requests } = server
  return requests.slice(1).map(({ began }, place) => began - requests[place]!.ended!)
}

const askers = () => new Set(server.requests.map(({ userAgent }) => userAgent)).size
const listed = () => database.db.listing.count()

test('two processes that fetch at once keep the gap between requests, one at a time', async () => {
  const gapMs = 300
  server.troubles.push({ at: 'rss', kind: 'slow', ms: 400 }) // no other request is sent during a slow response
  const codes = await Promise.all([
    askAtOnce('one', gapMs, ['cs.CL', 'cs.LG']),
    askAtOnce('two', gapMs, ['cs.CV', 'stat.ML']),
  ])
  expect(codes).toEqual([0, 0])
  expect({ requests: server.requests.length, askers: askers() }).toEqual({ requests: 8, askers: 2 })
  expect(Math.min(...gaps())).toBeGreaterThanOrEqual(gapMs - CLOCKS_DIFFER_MS)
  expect(await listed()).toBe(4)
})

test('two processes keep the three seconds that arXiv asks for', async () => {
  expect(fetchPolicy.gapMs).toBe(3000)
  const codes = await Promise.all([
    askAtOnce('one', fetchPolicy.gapMs, ['cs.CL']),
    askAtOnce('two', fetchPolicy.gapMs, ['cs.LG']),
  ])
  expect(codes).toEqual([0, 0])
  expect({ requests: server.requests.length, askers: askers() }).toEqual({ requests: 4, askers: 2 })
  expect(Math.min(...gaps())).toBeGreaterThanOrEqual(3000 - CLOCKS_DIFFER_MS)
})

test('two processes without a gap do overlap, so that the tests above can fail', async () => {
  server.troubles.push({ at: 'rss', kind: 'slow', ms: 1500, times: 2 })
  await Promise.all([askAtOnce('one', 0, ['cs.CL']), askAtOnce('two', 0, ['cs.LG'])])
  expect(Math.min(...gaps())).toBeLessThan(0)
})
