import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type JsonAnswer, type JsonServer, startJsonServer } from './json-server.ts'

interface Options {
  /** Holds 2026-01-05.json, …, each a `collection`; on a day without a file nothing was posted. */
  folder: string
  port?: number
  /** As many as /details gives; its help says 100. */
  perPage?: number
  /** What `total` says, in place of the truth. */
  total?: string | number
  /** Gives its first page whatever the cursor. */
  ignoresCursor?: boolean
  /** Gives every paper whatever the category, as the service does for one that it does not know. */
  ignoresCategory?: boolean
}

/**
 * Answers GET /details/SERVER/FROM/TO/CURSOR/json as https://api.biorxiv.org/details/biorxiv/help says, for bioRxiv and
 * medRxiv. An entry without a `server` is of both.
 */
export const startBiorxivServer = (options: Options): Promise<JsonServer> =>
  startJsonServer({ port: options.port, good: (url) => goodAnswer(url, options) })

const PATH =
  /^\/details\/(?<server>biorxiv|medrxiv)\/(?<from>\d{4}-\d\d-\d\d)\/(?<to>\d{4}-\d\d-\d\d)\/(?<cursor>\d+)\/json$/

interface Entry {
  server?: string
  category: string
  version: string | number
}

function goodAnswer({ pathname, searchParams }: URL, options: Options): JsonAnswer {
  const asked = PATH.exec(pathname)?.groups
  if (!asked) return { status: 404, body: 'Not found' }
  const category = options.ignoresCategory ? undefined : searchParams.get('category')?.replaceAll('_', ' ')
  const all = entriesOf(options.folder, asked.from!, asked.to!).filter(
    ({ server }) => !server || server.toLowerCase() === asked.server,
  )
  const entries = all.filter((entry) => !category || entry.category === category)
  const cursor = Number(asked.cursor)
  const page = pageOf(entries, cursor, options)
  if (page.length === 0)
    return { status: 200, body: '{"messages":[{"status":"no posts found"}],"collection":[]}' }
  const said = {
    ...{ status: 'ok', category: category ?? 'all', interval: `${asked.from}:${asked.to}`, funder: 'all' },
    ...{ cursor: cursor === 0 ? 0 : String(cursor), count: page.length },
    count_new_papers: String(entries.filter(({ version }) => Number(version) === 1).length),
    total: options.total ?? String(entries.length),
  }
  return { status: 200, body: JSON.stringify({ messages: [said], collection: page }) }
}

function pageOf(entries: Entry[], cursor: number, { perPage = 30, ignoresCursor = false }: Options): Entry[] {
  const from = ignoresCursor ? 0 : cursor
  return entries.slice(from, from + perPage)
}

function entriesOf(folder: string, from: string, to: string): Entry[] {
  const file = join(folder, `${from}.json`)
  return from === to && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
}

// node test/support/biorxiv-server.ts FOLDER [--port N] [--per-page N]: prints its address, for BIORXIV_URL.
if (process.argv[1]?.endsWith('/biorxiv-server.ts')) {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { port: { type: 'string', default: '0' }, 'per-page': { type: 'string', default: '30' } },
  })
  const perPage = Number(values['per-page'])
  const server = await startBiorxivServer({
    folder: positionals[0] ?? '.',
    port: Number(values.port),
    perPage,
  })
  console.log(server.url)
}
