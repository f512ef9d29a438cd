import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { textOf } from '../../../platform/errors.ts'

export interface SiteRequest {
  url: string
  headers: Record<string, string>
  /** Looks at the certificate, and hangs up where it is not good. */
  verify: boolean
  timeoutMs: number
}

export interface SiteAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** When the certificate ends; undefined without TLS. */
  until?: Date
}

/** What fetch would not tell: the certificate. Follows no redirect. Rejects with the error of Node, which has a `code`. */
export const askSite = ({ url, headers, verify, timeoutMs }: SiteRequest): Promise<SiteAnswer> =>
  new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? requestHttps : requestHttp
    const options = { headers, agent: false, rejectUnauthorized: verify, timeout: timeoutMs }
    const request = send(url, options, (response) => {
      const until = (response.socket as TLSSocket).getPeerCertificate?.().valid_to
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        ...(until && { until: new Date(until) }),
      })
      response.destroy()
    })
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)))
    request.on('error', reject)
    request.end()
  })

/** Asks a source as the service does, for as little as can be: the HTTP status, or what came instead of an answer. */
export async function statusOf({
  url,
  contact,
  timeoutMs,
}: {
  url: string
  contact: string
  timeoutMs: number
}): Promise<number | string> {
  try {
    const headers = { accept: '*/*', 'user-agent': `daily-papers (${contact})` }
    const { status, body } = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) })
    await body?.cancel()
    return status
  } catch (error) {
    const cause = ((error as Error).cause ?? error) as Error & { code?: string }
    return cause.code ? String(cause.code) : textOf(cause)
  }
}
