import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ArxivDays,
  apiError,
  apiOf,
  feedError,
  feedOf,
  oaiError,
  oaiOf,
  type Reply,
} from './arxiv-responses.ts'

type Endpoint = 'rss' | 'oai' | 'api'

/** The response to a request instead of the good one; only at the endpoint `at` if given, `times` times, by default once. */
export type ArxivTrouble = { at?: Endpoint; times?: number } & (
  | { kind: 'rate-limited'; headers?: Record<string, string> }
  | { kind: 'status'; status: number; headers?: Record<string, string> }
  /** 400, with a feed that says why. */
  | { kind: 'error-feed' }
  | { kind: 'oai-error'; code: string }
  /** 200, whole, and without any entry. */
  | { kind: 'empty' }
  /** 200 and whole for HTTP, but the XML ends in the middle. */
  | { kind: 'cut' }
  /** Promises more than it sends. */
  | { kind: 'hangs-up' }
  /** The last announcement before this one, under today's date. */
  | { kind: 'yesterday' }
  | { kind: 'html' }
  | { kind: 'slow'; ms: number }
  | { kind: 'body'; body: string; status?: number }
)

export interface ArxivRequest {
  path: string
  endpoint: Endpoint | 'other'
  userAgent: string
  /** By the clock that was handed in. */
  when: Date
  /** In ms of this process. `ended` once the answer was sent, or the asker gone. */
  began: number
  ended?: number
}

export interface ArxivServer {
  /** For ARXIV_API_URL, ARXIV_RSS_URL and ARXIV_OAI_URL: one server has all three endpoints. */
  url: string
  urls: Record<'ARXIV_API_URL' | 'ARXIV_RSS_URL' | 'ARXIV_OAI_URL', string>
  requests: ArxivRequest[]
  troubles: ArxivTrouble[]
  close(): Promise<void>
}

/** Answers /rss/CATEGORY, /oai?verb=ListRecords and /api/query?id_list= as arXiv does, from given days. */
export async function startArxivServer(
  given: ArxivDays & { host?: string; port?: number },
): Promise<ArxivServer> {
  const { host = '127.0.0.1', port = 0 } = given
  const requests: ArxivRequest[] = []
  const troubles: ArxivTrouble[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const noted = note(request, endpointOf(url), given.now())
    requests.push(noted)
    response.on('close', () => Object.assign(noted, { ended: performance.now() }))
    answer(url, response, given, takeTrouble(troubles, noted.endpoint)).catch(() => response.destroy())
  })
  await new Promise<void>((listening) => server.listen(port, host, listening))
  const url = `http://${host}:${(server.address() as AddressInfo).port}`
  const urls = { ARXIV_API_URL: url, ARXIV_RSS_URL: url, ARXIV_OAI_URL: url }
  const close = () =>
    new Promise<void>((closed) => {
      server.close(() => closed())
      server.closeAllConnections()
    })
  return { url, urls, requests, troubles, close }
}

const note = (request: IncomingMessage, endpoint: ArxivRequest['endpoint'], when: Date): ArxivRequest => ({
  path: request.url ?? '',
  endpoint,
  userAgent: request.headers['user-agent'] ?? '',
  when,
  began: performance.now(),
})

const endpointOf = ({ pathname }: URL): ArxivRequest['endpoint'] =>
  pathname.startsWith('/rss/')
    ? 'rss'
    : pathname === '/oai'
      ? 'oai'
      : pathname === '/api/query'
        ? 'api'
        : 'other'

function takeTrouble(troubles: ArxivTrouble[], endpoint: ArxivRequest['endpoint']): ArxivTrouble | undefined {
  const place = troubles.findIndex(({ at }) => at === undefined || at === endpoint)
  const trouble = troubles[place]
  if (!trouble || endpoint === 'other') return undefined
  if ((trouble.times ?? 1) > 1) troubles[place] = { ...trouble, times: trouble.times! - 1 }
  else troubles.splice(place, 1)
  return trouble
}

async function answer(
  url: URL,
  response: ServerResponse,
  given: ArxivDays,
  trouble?: ArxivTrouble,
): Promise<void> {
  const { status, type, body } = replyTo(url, given, trouble)
  const send = (code: number, text: string, headers = {}) =>
    void response.writeHead(code, { 'content-type': type, ...headers }).end(text)
  switch (trouble?.kind) {
    case 'rate-limited':
      return send(429, 'Rate exceeded.', { 'content-type': 'text/plain', ...trouble.headers })
    case 'status':
      return send(trouble.status, 'on purpose', trouble.headers)
    case 'html':
      return send(200, '<!DOCTYPE html><html><body><h1>Back soon</h1></body></html>', {
        'content-type': 'text/html',
      })
    case 'body':
      return send(trouble.status ?? 200, trouble.body)
    case 'cut':
      return send(status, body.slice(0, body.length / 2))
    case 'hangs-up':
      response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) + 1000 })
      return void response.write(body, () => response.destroy())
    case 'slow':
      await sleep(trouble.ms)
  }
  send(status, body)
}

function replyTo(url: URL, given: ArxivDays, trouble?: ArxivTrouble): Reply {
  const { pathname, searchParams } = url
  const seen = trouble?.kind === 'empty' ? { ...given, days: {} } : given
  const endpoint = endpointOf(url)
  if (endpoint === 'rss')
    return trouble?.kind === 'error-feed'
      ? feedError('on purpose')
      : feedOf(decodeURIComponent(pathname.slice('/rss/'.length)), seen, trouble?.kind === 'yesterday')
  if (endpoint === 'oai')
    return trouble?.kind === 'oai-error'
      ? oaiError(trouble.code)
      : oaiOf(Object.fromEntries(searchParams), seen)
  if (endpoint === 'api')
    return trouble?.kind === 'error-feed' ? apiError('on purpose') : apiOf(searchParams, seen)
  if (pathname === '/feed/status') return { status: 200, type: 'text/html', body: 'Status: GOOD Version: 1' }
  return { status: 404, type: 'text/html', body: '<h1>Not found</h1>' }
}
