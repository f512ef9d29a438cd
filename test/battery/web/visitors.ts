import { fork } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { monotonicMs } from '../../../src/core/clock.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import type { ListeningSite } from './listening-site.ts'
import { seededDatabase } from './seeded-database.ts'
import type { Busy } from './site-meter.ts'

/** The site in a process of its own, on a database of its own, until `work` is done. */
export async function withListeningSite<T>(
  part: WrongPart | undefined,
  work: (site: ListeningSite, busy: () => Promise<Busy>) => Promise<T>,
): Promise<T> {
  const { url, drop } = await seededDatabase()
  const [program = '', ...args] = programWith(part, 'test/battery/web/listening-site.ts')
  const child = fork(program, [...args, url])
  const ended = once(child, 'exit')
  try {
    const [site] = (await Promise.race([once(child, 'message'), ended])) as [unknown]
    if (typeof site !== 'object' || !site) throw new Error(`the site ended with ${String(site)}`)
    const busy = async () => {
      child.send('busy')
      const [value] = (await once(child, 'message')) as [Busy]
      return value
    }
    return await work(site as ListeningSite, busy)
  } finally {
    if (child.connected) child.disconnect()
    await ended
    await drop()
  }
}

export interface Visit {
  status: number
  ms: number
  endedAt: number
}

const MAX_VISIT_MS = 20_000

interface Visitor {
  ip: string
  form?: Record<string, string>
}

/**
 * One request of a visitor from an address, as the proxy passes it on; a form comes a little after its headers. Status
 * 0: no response within 20 seconds.
 */
export function visit({ port }: ListeningSite, path: string, { ip, form }: Visitor): Promise<Visit> {
  const began = monotonicMs()
  const body = form && new URLSearchParams(form).toString()
  const headers = {
    'x-forwarded-for': ip,
    accept: 'text/html',
    ...(body && { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length }),
  }
  const signal = AbortSignal.timeout(MAX_VISIT_MS)
  return new Promise((resolve) => {
    const done = (status: number) => {
      const endedAt = monotonicMs()
      resolve({ status, ms: endedAt - began, endedAt })
    }
    const method = form ? 'POST' : 'GET'
    const asked = request({ host: '127.0.0.1', port, path, method, headers, signal, agent: false })
    asked.on('error', () => done(0))
    asked.on('response', (response) => response.resume().once('end', () => done(response.statusCode ?? 0)))
    asked.flushHeaders()
    setImmediate(() => asked.end(body))
  })
}

/** Sends the headers of a form, and never its body. */
export async function sendIdleBody({ port }: ListeningSite, path: string, ip: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined).resume()
  await once(socket, 'connect')
  const type = path.endsWith('/library')
    ? 'multipart/form-data; boundary=x'
    : 'application/x-www-form-urlencoded'
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: papers.example\r\nX-Forwarded-For: ${ip}\r\n` +
      `Content-Type: ${type}\r\nContent-Length: 50000\r\n\r\n`,
  )
  return socket
}
