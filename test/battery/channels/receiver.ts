import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'

/** What a channel does with a request. `takes` needs some time before and after people see the post. */
export type Manner = 'takes' | 'verifies' | 'forbids' | 'gone' | 'down' | 'hangs-up' | 'silent'

export interface ReceivedPost {
  channel: string
  headers: IncomingHttpHeaders
  body: string
}

export interface Receiver {
  url: string
  requests: ReceivedPost[]
  /** What people see. */
  posts: ReceivedPost[]
  close(): Promise<void>
}

export const KEY = `whsec_${Buffer.from('the key of the channels of the battery').toString('base64')}`
/** The time that a service needs before people see a post, and again before it replies. */
export const TAKES_MS = 100
const STATUS = { forbids: 403, gone: 410, down: 503 } as const

/** As the library of Standard Webhooks does, by the clock of this machine. */
export function isVerified({ headers, body }: Omit<ReceivedPost, 'channel'>): boolean {
  try {
    new Webhook(KEY).verify(body, headers as Record<string, string>)
    return true
  } catch {
    return false
  }
}

/** Channels at one address, each at the path of its name. */
export async function startReceiver(
  mannerOf: (channel: string, before: number) => Manner,
): Promise<Receiver> {
  const requests: ReceivedPost[] = []
  const posts: ReceivedPost[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const channel = (request.url ?? '').slice(1)
    const one = { channel, headers: request.headers, body }
    const before = requests.filter((other) => other.channel === channel).length
    requests.push(one)
    const manner = mannerOf(channel, before)
    if (manner in STATUS) return void response.writeHead(STATUS[manner as keyof typeof STATUS]).end()
    if (manner === 'verifies' && !isVerified(one)) return void response.writeHead(401).end()
    await post(one, manner, response)
  })

  async function post(one: ReceivedPost, manner: Manner, response: ServerResponse): Promise<void> {
    await sleep(TAKES_MS)
    // The client was killed before people saw anything.
    if (response.destroyed) return
    posts.push(one)
    if (manner === 'silent') return
    if (manner === 'hangs-up') return void response.destroy()
    await sleep(TAKES_MS)
    response.writeHead(200).end('ok')
  }

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    posts,
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
