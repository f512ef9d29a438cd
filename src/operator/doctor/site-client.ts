import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { TLSSocket } from 'node:tls'

export interface SiteRequest {
  url: string
  headers: Record<string, string>
  /** Verifies the certificate and closes the connection if it is invalid. */
  verify: boolean
  timeoutMs: number
}

export interface SiteResponse {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** When the certificate expires; undefined without TLS. */
  certificateUntil?: Date
}

/**
 * Returns the certificate's expiry too, which fetch does not expose. Follows no redirect. Rejects with Node's error,
 * which has a `code`.
 */
export const requestSite = ({ url, headers, verify, timeoutMs }: SiteRequest): Promise<SiteResponse> =>
  new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? requestHttps : requestHttp
    const options = { headers, agent: false, rejectUnauthorized: verify, timeout: timeoutMs }
    const request = send(url, options, (response) => {
      const until = (response.socket as TLSSocket).getPeerCertificate?.().valid_to
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        ...(until && { certificateUntil: new Date(until) }),
      })
      response.destroy()
    })
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)))
    request.on('error', reject)
    request.end()
  })
