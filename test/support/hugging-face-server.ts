import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type JsonAnswer, type JsonServer, startJsonServer } from './json-server.ts'

export interface HuggingFaceServer extends JsonServer {
  /** Answers from another folder, or with what it makes of a day, from now on. */
  serve(from: string | EntriesOf): void
}

/** What the service lists on a day at this moment. */
export type EntriesOf = (day: string) => unknown[]

interface Options {
  /** Holds 2026-08-14.json, …; a day without a file answers `[]`. */
  folder: string | EntriesOf
  port?: number
  /** Only this machine by default. */
  host?: string
  /** Later days are refused. The machine's own day, or the newest recorded one, unless given. */
  today?: string
  /** The most entries that a page holds, whatever limit asks for. */
  maxPerPage?: number
}

/** Answers GET /api/daily_papers as Hugging Face does, from recorded days. */
export async function startHuggingFaceServer(options: Options): Promise<HuggingFaceServer> {
  let { folder } = options
  const { host, port } = options
  const server = await startJsonServer({
    host,
    port,
    type: 'application/json; charset=utf-8',
    good: (url) => goodAnswer(url, { ...options, folder }),
  })
  const serve = (from: string | EntriesOf) => {
    folder = from
  }
  return { ...server, serve }
}

function goodAnswer({ pathname, searchParams }: URL, options: Options): JsonAnswer {
  if (pathname !== '/api/daily_papers') return refuse(404, 'Not found')
  const day = searchParams.get('date') ?? newestDay(options.folder)
  const limit = Number(searchParams.get('limit') ?? 50)
  const page = Number(searchParams.get('p') ?? 0)
  if (!isDay(day)) return refuse(400, '"date" must be a valid date')
  if (day > lastDay(options)) return refuse(400, '"date" must not be in the future')
  if (!(limit >= 1 && limit <= 100)) return refuse(400, '"limit" must be from 1 to 100')
  if (!(page >= 0)) return refuse(400, '"p" must not be negative')
  const size = Math.min(limit, options.maxPerPage ?? limit)
  const entries = entriesOf(options.folder, day).slice(page * size, (page + 1) * size)
  return { status: 200, body: JSON.stringify(entries) }
}

const refuse = (status: number, error: string) => ({ status, body: JSON.stringify({ error }) })

const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && new Date(text).toJSON()?.startsWith(text) === true

const newestDay = (folder: string | EntriesOf): string =>
  typeof folder === 'string' ? (readdirSync(folder).sort().at(-1)?.slice(0, 10) ?? '') : ''

function lastDay({ today, folder }: Options): string {
  const machines = new Date().toISOString().slice(0, 10)
  return today ?? [machines, newestDay(folder)].sort()[1]!
}

function entriesOf(folder: string | EntriesOf, day: string): unknown[] {
  if (typeof folder !== 'string') return folder(day)
  const file = join(folder, `${day}.json`)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
}

// node test/support/hugging-face-server.ts FOLDER [--port N] [--today D]: prints its address, for HF_URL.
if (process.argv[1]?.endsWith('/hugging-face-server.ts')) {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { port: { type: 'string', default: '0' }, today: { type: 'string' } },
  })
  const server = await startHuggingFaceServer({
    folder: positionals[0] ?? '.',
    port: Number(values.port),
    today: values.today,
  })
  console.log(server.url)
}
