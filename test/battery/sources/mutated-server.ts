import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Served } from './mutated-page.ts'

export type Endpoint = 'huggingface' | 'rss' | 'oai' | 'api' | 'biorxiv'

/** The responses of an endpoint to the first address that is requested, to the second one, and so on. */
export type Script = (place: number) => Served

export interface MutatedServer {
  /** The base address of every source. */
  url: string
  /** From now on. An endpoint without a script responds with 404. */
  play(scripts: Partial<Record<Endpoint, Script>>): void
  close(): Promise<void>
}

const ENDPOINTS: [Endpoint, RegExp][] = [
  ['huggingface', /^\/api\/daily_papers/],
  ['rss', /^\/rss\//],
  ['oai', /^\/oai\?/],
  ['api', /^\/api\/query/],
  ['biorxiv', /^\/details\/biorxiv\//],
]
const DRIP_MS = 20

/** Responds as the script says, even if that harms the client. */
export async function startMutatedServer(): Promise<MutatedServer> {
  let scripts: Partial<Record<Endpoint, Script>> = {}
  const asked = new Map<Endpoint, string[]>()
  const server = createServer((request, response) => {
    const [endpoint] = ENDPOINTS.find(([, path]) => path.test(request.url ?? '')) ?? []
    const script = endpoint && scripts[endpoint]
    if (!script) return void response.writeHead(404).end()
    const served = script(placeOf(asked, endpoint, request.url!))
    send(request, response, served).catch(() => response.destroy())
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    play: (given) => {
      scripts = given
      asked.clear()
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}

/** A repeated address gets the same response. */
function placeOf(asked: Map<Endpoint, string[]>, endpoint: Endpoint, url: string): number {
  const urls = asked.get(endpoint) ?? []
  asked.set(endpoint, urls)
  const place = urls.indexOf(url)
  return place < 0 ? urls.push(url) - 1 : place
}

async function send(request: IncomingMessage, response: ServerResponse, served: Served): Promise<void> {
  const { status, headers, body, manner } = served
  response.writeHead(status, {
    ...headers,
    'content-length': body.length + (manner === 'hangs up' ? 1000 : 0),
    ...(status >= 300 && status < 304 && { location: request.url }), // to itself, without end
  })
  if (manner === 'drips') await drip(response, body)
  else if (manner === 'hangs up') response.write(body, () => response.destroy())
  else response.end(body)
}

async function drip(response: ServerResponse, body: Buffer): Promise<void> {
  for (let at = 0; at < body.length && !response.destroyed; at++) {
    response.write(body.subarray(at, at + 1))
    await sleep(DRIP_MS)
  }
  response.end()
}
