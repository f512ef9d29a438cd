import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { Day } from '../../src/core/dates.ts'
import { silentLog } from '../../src/core/log.ts'
import { arxiv } from '../../src/sources/arxiv/arxiv.ts'
import { createFetchClient } from '../../src/sources/fetch-client.ts'
import { type FetchedDay, type Identifier, identifierText } from '../../src/sources/source.ts'
import type { ArxivPaper } from './arxiv-responses.ts'
import { type ArxivServer, type ArxivTrouble, startArxivServer } from './arxiv-server.ts'

// 14 August 2026 is a Friday; its feed shows from 04:00 UTC what was announced on Thursday evening.
export const DAY = '2026-08-14'
const MORNING = new Date(`${DAY}T04:11:00Z`)

export const paper = (id: string, more: Partial<ArxivPaper> = {}): ArxivPaper => ({
  id,
  title: `Paper ${id} of <b> & "more"`,
  abstract: `What ${id} is about: $a < b$.`,
  authors: ['Ana Li', "Bo O'Neil"],
  categories: ['cs.CL', 'cs.LG'],
  created: '2026-08-12',
  ...more,
})

const YESTERDAYS = [paper('2608.10001'), paper('2608.10002')]
export const TODAYS = [
  paper('2608.11001', { doi: '10.1000/ABC' }),
  paper('2608.11002', { categories: ['cs.LG', 'cs.CL'] }),
  paper('2608.11003', { categories: ['math.AG'] }),
  paper('2512.00130', { version: 3, created: '2026-08-12', published: '2025-12-01' }),
]

interface More {
  day?: Day
  section?: string
  timeoutMs?: number
}

/** What arXiv has, what is known of it here, and what came of asking. */
interface World {
  days: Record<Day, ArxivPaper[]>
  pageSize: number
  now: Date
  /** What is known of before, as "arxiv:2608.11001". */
  seen: string[]
  known: string[]
  listed: string[]
  waits: number[]
  warnings: string[]
}

export interface ArxivDays extends World {
  readonly server: ArxivServer
  fetchNow(more?: More): Promise<FetchedDay>
  /** Which of its services were asked, in order. */
  endpoints(): string[]
}

export const keys = (papers: ArxivPaper[]) => papers.map(({ id }) => `arxiv:${id}`)

const atFirst = (): World => ({
  days: { '2026-08-13': YESTERDAYS, [DAY]: TODAYS },
  pageSize: 2,
  now: MORNING,
  seen: keys(YESTERDAYS),
  known: [],
  listed: [],
  waits: [],
  warnings: [],
})

/** A server that speaks as arXiv does, as it is on a Friday morning before each test. */
export function useArxivDays(): ArxivDays {
  let server: ArxivServer
  const world: ArxivDays = {
    ...atFirst(),
    get server() {
      return server
    },
    fetchNow: (more) => fetchFrom(world, more),
    endpoints: () => server.requests.map(({ endpoint }) => endpoint),
  }
  beforeAll(async () => {
    server = await startArxivServer({
      days: world.days,
      now: () => world.now,
      get pageSize() {
        return world.pageSize
      },
    })
  })
  afterAll(() => server.close())
  beforeEach(() => {
    const { days, ...rest } = atFirst()
    for (const day of Object.keys(world.days)) delete world.days[day]
    Object.assign(world.days, days)
    Object.assign(world, rest)
    server.requests.length = 0
    server.troubles.length = 0
  })
  return world
}

const texts = (asked: readonly Identifier[], fits: (text: string) => boolean) =>
  new Set(asked.map(identifierText).filter(fits))

function fetchFrom(world: ArxivDays, { day = DAY, section = 'cs.CL', timeoutMs = 2000 }: More = {}) {
  const wait = async (ms: number) => void world.waits.push(ms)
  const source = `arxiv:${section}`
  const { request } = createFetchClient({
    log: silentLog,
    source,
    day,
    fetchPolicy: { ...arxiv.fetchPolicy, timeoutMs },
    contact: 'operator@papers.example',
    wait,
  })
  return arxiv.fetchDay({
    source,
    day,
    section,
    now: world.now,
    lastFetch: null,
    urls: world.server.urls,
    request,
    unseen: async (asked) => texts(asked, (key) => !world.seen.includes(key)),
    listed: async (asked) => texts(asked, (key) => world.listed.includes(key)),
    withoutDate: async (asked) => texts(asked, (key) => !world.known.includes(key)),
    wait,
    warn: (what) => void world.warnings.push(what),
  })
}

export const kinds = ({ records }: FetchedDay) =>
  Object.fromEntries(records.map((record) => [record.keys[0]!.value, record.kind]))
export const five = (trouble: ArxivTrouble): ArxivTrouble => ({ ...trouble, times: 5 })
