import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

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
  | { kind: 'body'; body: string; headers?: Record<string, string> }

/** For a question and the four times that it is asked again. */
export const five = (failure: Trouble): Trouble[] => Array.from({ length: 5 }, () => failure)

export interface JsonServer {
  url: string
  /** Each request that came: its path with query, its User-Agent, and its Authorization if it had one. */
  requests: { path: string; userAgent: string; authorization?: string }[]
  /** What the next requests get, one each. */
  troubles: Trouble[]
  close(): Promise<void>
}

export interface JsonAnswer {
  status: number
  body: string
}

interface Options {
  /** Only this machine by default. */
  host?: string
  port?: number
  /** Content-Type; application/json unless given. */
  type?: string
  good(url: URL, headers: IncomingHttpHeaders): JsonAnswer
}

/** A substitute for a service that responds in JSON, with its failures. */
export async function startJsonServer(options: Options): Promise<JsonServer> {
  const { host = '127.0.0.1', port = 0, type = 'application/json', good } = options
  const requests: JsonServer['requests'] = []
  const troubles: Trouble[] = []
  const server = createServer((request, response) => {
    const { authorization, 'user-agent': userAgent = '' } = request.headers
    requests.push({ path: request.url ?? '', userAgent, ...(authorization && { authorization }) })
    const answer = good(new URL(request.url ?? '/', 'http://localhost'), request.headers)
    send(response, { ...answer, type }, troubles.shift()).catch(() => response.destroy())
  })
  await new Promise<void>((listening) => server.listen(port, host, listening))
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    requests,
    troubles,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}

async function send(
  response: ServerResponse,
  { status, body, type }: JsonAnswer & { type: string },
  failure?: Trouble,
) {
  const json = { 'content-type': type }
  switch (failure?.kind) {
    case 'rate-limited':
      return void response.writeHead(429, failure.headers).end('{"error":"too many requests"}')
    case 'status':
      return void response.writeHead(failure.status, json).end('{"error":"on purpose"}')
    case 'cut-off':
      response.writeHead(200, { ...json, 'content-length': Buffer.byteLength(body) + 1000 })
      response.write(body, () => response.destroy())
      return
    case 'html':
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Back soon</h1>')
    case 'body':
      return void response.writeHead(200, { ...json, ...failure.headers }).end(failure.body)
    case 'slow':
      await sleep(failure.ms)
      break
    case 'last-requests':
      response.setHeader('ratelimit', `"api";r=${failure.remaining};t=${failure.seconds}`)
  }
  response.writeHead(status, json).end(body)
}
