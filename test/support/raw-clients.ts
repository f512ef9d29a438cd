import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeAll, expect } from 'vitest'
import type { TestSite } from './site.ts'

export interface RawClient {
  socket: Socket
  /** What the server has sent so far. */
  received: string
}

interface SentHeaders {
  path: string
  ip: string
  length: number
  accept?: string
}

const TYPES: Record<string, string> = {
  '/subscribe/library': 'multipart/form-data; boundary=x',
  '/api/subscriptions': 'application/json',
}

export const statusOf = ({ received }: RawClient): number => Number(received.split(' ')[1] ?? 0)

export const replied = (one: RawClient) =>
  expect.poll(() => statusOf(one), { timeout: 10_000 }).toBeGreaterThan(0)

/** Clients of the server of a site, which listens, that send only what a test says. Each ends after its test. */
export function useRawClients(site: TestSite) {
  let port: number
  beforeAll(async () => {
    await site.app.listen({ host: '127.0.0.1', port: 0 })
    port = (site.app.server.address() as AddressInfo).port
  })

  let open: Socket[] = []
  afterEach(() => {
    for (const socket of open) socket.destroy()
    open = []
  })

  async function client(): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1')
    const one: RawClient = { socket, received: '' }
    socket.on('data', (data) => {
      one.received += data
    })
    socket.on('error', () => undefined)
    open.push(socket)
    await once(socket, 'connect')
    return one
  }

  /** Sends the headers of a POST. Its body never comes, unless the test sends it. */
  async function beginPost({ path, ip, length, accept = 'text/html' }: SentHeaders): Promise<RawClient> {
    const one = await client()
    const type = TYPES[path] ?? 'application/x-www-form-urlencoded'
    one.socket.write(
      `POST ${path} HTTP/1.1\r\nHost: papers.example\r\nX-Forwarded-For: ${ip}\r\nAccept: ${accept}\r\n` +
        `Content-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`,
    )
    return one
  }

  async function ask(method: 'GET' | 'POST', path: string, ip: string, fields?: Record<string, string>) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      redirect: 'manual',
      headers: { 'x-forwarded-for': ip, accept: 'text/html' },
      body: fields && new URLSearchParams(fields),
    })
    return { status: response.status, body: await response.text() }
  }

  async function beginMany(path: string, ips: string[], length = 50_000): Promise<RawClient[]> {
    const all: RawClient[] = []
    for (const ip of ips) all.push(await beginPost({ path, ip, length }))
    // The server has read all of their headers once it responds to a later request.
    await ask('GET', '/live', '203.0.113.1')
    return all
  }

  return { client, beginPost, ask, beginMany }
}
