// Memory of the service by papers in the archive: npm run bench -- memory [--papers 1000,20000,60000] [--seconds 30] [--json]
// For each count: a new database, papers recombined as many-papers.ts does it, and the service with all roles as
// `npm start` runs it (Postgres apart, no subscribers). Ten searches, a rest, then what Linux says of the process.
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { freePort, startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts'
import { table } from '../../src/operator/operations/text-table.ts'
import { startProgram } from '../support/processes.ts'
import { startSmtpSink } from '../support/smtp-sink.ts'
import { manyPapers } from './many-papers.ts'
import { fill } from './search.ts'

const LAST_DAY = '2026-11-24'
const PER_DAY = 250
// Nothing listens here, so the source is unreachable.
const NOWHERE = 'http://127.0.0.1:9'
const SEARCHES = [
  'attention',
  'diffusion',
  'robots',
  'RAG',
  'title:mamba',
  'cat:cs.LG',
  'agents',
  'speech',
  'ToM',
  'a OR b',
]

interface Figures {
  papers: number
  /** Megabytes. */
  resident: number
  own: number
  peak: number
}

export async function benchMemory(args: string[]): Promise<{ json: unknown; text: string }> {
  const { values } = parseArgs({
    args,
    options: {
      papers: { type: 'string', default: '1000,20000,60000' },
      seconds: { type: 'string', default: '30' },
      json: { type: 'boolean' },
    },
  })
  const all: Figures[] = []
  for (const papers of values.papers.split(','))
    all.push(await measure(Number(papers), Number(values.seconds)))
  const rows = all.map(({ papers, resident, own, peak }) => [papers, resident, own, peak])
  return { json: all, text: table(['papers', 'resident MB', 'of its own MB', 'peak MB'], rows) }
}

async function measure(papers: number, seconds: number): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-memory-'))
  const postgres = await startEmbeddedPostgres(join(folder, 'postgres'), { durable: false })
  const sink = await startSmtpSink()
  try {
    await fill(postgres.url, manyPapers({ count: papers, perDay: PER_DAY, lastDay: LAST_DAY }))
    const port = await freePort()
    const service = startProgram(['src/main.ts'], {
      ...{ DATABASE_URL: postgres.url, DATA_DIR: folder, SMTP_URL: `smtp://127.0.0.1:${sink.port}` },
      ...{ CLOCK_NOW: `${LAST_DAY}T20:00:00Z`, PORT: String(port), LOG_LEVEL: 'info', HF_URL: NOWHERE },
    })
    const ended = once(service, 'exit')
    try {
      await answering(port)
      service.stderr!.resume()
      for (const query of SEARCHES) await search(port, query)
      await setTimeout(seconds * 1000)
      return { papers, ...memoryOf(service.pid!) }
    } finally {
      service.kill()
      await ended
    }
  } finally {
    await sink.close()
    await postgres.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Until the service answers. */
async function answering(port: number): Promise<void> {
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined)
    if (response?.ok) return
    await setTimeout(500)
  }
}

async function search(port: number, query: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/papers?q=${encodeURIComponent(query)}`)
  await response.text()
  if (response.status !== 200) throw new Error(`${response.status} for ${query}`)
}

/** Megabytes, as Linux counts them. */
export function memoryOf(pid: number): Omit<Figures, 'papers'> {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const megabytes = (name: string) =>
    Math.round(Number(status.match(new RegExp(`${name}:\\s+(\\d+)`))?.[1]) / 1024)
  return { resident: megabytes('VmRSS'), own: megabytes('RssAnon'), peak: megabytes('VmHWM') }
}
