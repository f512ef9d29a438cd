import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { testData } from '../../support/test-data.ts'
import type { RecordedDays } from './oracle.ts'

const FOLDER = testData('huggingface/daily')

/** The fields of a response that the oracle reads. */
export interface RecordedRow {
  paper: {
    id: string
    title: string
    summary: string
    upvotes?: number
    authors?: { name: string; hidden?: boolean }[]
    ai_keywords?: string[]
    githubRepo?: string
    organization?: { fullname?: string; name?: string }
  }
  organization?: { fullname?: string; name?: string }
}

/** The recorded days of July 2025, or undefined if TEST_DATA has no recordings. */
export function readRecordedMonth(): RecordedDays | undefined {
  if (!FOLDER) return undefined
  const days: RecordedDays = new Map()
  for (const name of readdirSync(FOLDER).filter((file) => file.startsWith('2025-07'))) {
    const rows = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as RecordedRow[]
    days.set(
      name.slice(0, 10),
      rows.map((row) => ({
        id: row.paper.id,
        title: row.paper.title,
        votes: row.paper.upvotes ?? 0,
        record: row,
      })),
    )
  }
  return days
}

export interface Replay {
  url: string
  /** The server's own time: a day has papers from its time on. */
  moveTo(now: Date): void
  stop(): Promise<void>
}

/** Responds as Hugging Face does, day by day as the month goes on. */
export async function startReplay(days: RecordedDays, cameAt: (day: string) => Date): Promise<Replay> {
  let now = new Date(0)
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams
    const day = query.get('date') ?? ''
    const page = Number(query.get('p') ?? 0)
    const limit = Number(query.get('limit') ?? 50)
    const rows = cameAt(day) <= now ? (days.get(day) ?? []).map((paper) => paper.record) : []
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(rows.slice(page * limit, (page + 1) * limit)))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    moveTo: (instant) => {
      now = instant
    },
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped())
        server.closeAllConnections()
      }),
  }
}
