import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

/** What one request gets instead of its good answer. */
export type Trouble =
  | { kind: 'rate-limited'; headers: Record<string, string> }
  | { kind: 'status'; status: number }
  /** Promises a body and hangs up in the middle of it. */
  | { kind: 'cut-off' }
  | { kind: 'html' }
  /** A good answer, late. */
  | { kind: 'slow'; ms: number }
  /** A good answer that says how few requests are left. */
  | { kind: 'last-requests'; remaining: number; seconds: number }
  | { kind: 'body'; body: string }

export interface HuggingFaceServer {
  /** For HF_URL. */
  url: string
  /** Each request that came: its path with query, and its User-Agent. */
  requests: { path: string; userAgent: string }[]
  /** What the next requests get, one each. */
  troubles: Trouble[]
  /** Answers from another folder, or with what it makes of a day, from now on. */
  serve(from: string | EntriesOf): void
  close(): Promise<void>
}

/** What the service lists on a day at this moment. */
export type EntriesOf = (day: string) => unknown[]

interface Options {
  /** Holds 2026-08-14.json, …; a day without a file answers `[]`. */
  folder: string | EntriesOf
  port?: number
  /** This machine alone unless given. */
  host?: string
  /** Later days are refused. The machine's own day, or the newest recorded one, unless given. */
  today?: string
  /** The most entries that a page holds, whatever limit asks for. */
  mostPerPage?: number
}

/** Answers GET /api/daily_papers as Hugging Face does, from recorded days. */
export async function startHuggingFaceServer(options: Options): Promise<HuggingFaceServer> {
  let { folder } = options
  const requests: HuggingFaceServer['requests'] = []
  const troubles: Trouble[] = []
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', userAgent: request.headers['user-agent'] ?? '' })
    answer(request, response, { ...options, folder }, troubles.shift()).catch(() => response.destroy())
  })
  const host = options.host ?? '127.0.0.1'
  await new Promise<void>((listening) => server.listen(options.port ?? 0, host, listening))
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    requests,
    troubles,
    serve: (from) => {
      folder = from
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: Options,
  trouble: Trouble | undefined,
): Promise<void> {
  const { status, body } = goodAnswer(new URL(request.url ?? '/', 'http://localhost'), options)
  const json = { 'content-type': 'application/json; charset=utf-8' }
  switch (trouble?.kind) {
    case 'rate-limited':
      return void response.writeHead(429, trouble.headers).end('{"error":"too many requests"}')
    case 'status':
      return void response.writeHead(trouble.status, json).end('{"error":"on purpose"}')
    case 'cut-off':
      response.writeHead(200, { ...json, 'content-length': Buffer.byteLength(body) + 1000 })
      response.write(body, () => response.destroy())
      return
    case 'html':
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Back soon</h1>')
    case 'body':
      return void response.writeHead(200, json).end(trouble.body)
    case 'slow':
      await sleep(trouble.ms)
      break
    case 'last-requests':
      response.setHeader('ratelimit', `"api";r=${trouble.remaining};t=${trouble.seconds}`)
  }
  response.writeHead(status, json).end(body)
}

function goodAnswer({ pathname, searchParams }: URL, options: Options): { status: number; body: string } {
  if (pathname !== '/api/daily_papers') return refuse(404, 'Not found')
  const day = searchParams.get('date') ?? newestDay(options.folder)
  const limit = Number(searchParams.get('limit') ?? 50)
  const page = Number(searchParams.get('p') ?? 0)
  if (!isDay(day)) return refuse(400, '"date" must be a valid date')
  if (day > lastDay(options)) return refuse(400, '"date" must not be in the future')
  if (!(limit >= 1 && limit <= 100)) return refuse(400, '"limit" must be from 1 to 100')
  if (!(page >= 0)) return refuse(400, '"p" must not be negative')
  const size = Math.min(limit, options.mostPerPage ?? limit)
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
