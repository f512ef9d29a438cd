import { request } from 'node:http'
import { text } from 'node:stream/consumers'

interface Request {
  port: number
  path: string
  /** The IP address that the proxy names. */
  from: string
  /** A form, or another body with its type; without one it is a GET. */
  body?: URLSearchParams | string
  type?: string
}

/** Sends a request on a connection of its own. Resolves with the status, or the error's code if there is no reply. */
export function send({ port, path, from, body, type }: Request): Promise<string> {
  const isForm = body instanceof URLSearchParams
  const headers = {
    accept: 'text/html',
    'x-forwarded-for': from,
    ...(body !== undefined && {
      'content-type': isForm ? 'application/x-www-form-urlencoded' : type,
      'content-length': Buffer.byteLength(String(body)),
    }),
  }
  const method = body === undefined ? 'GET' : 'POST'
  return new Promise((resolve) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, async (reply) => {
      await text(reply).catch(() => {})
      resolve(String(reply.statusCode))
    })
    sent.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
    sent.end(body === undefined ? undefined : String(body))
  })
}

/** The n-th of many networks: "42.7.3.9" is in no other's /24. */
export const network = (first: number, n: number): string => `${first}.${(n >> 8) & 255}.${n & 255}.9`
