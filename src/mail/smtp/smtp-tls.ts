import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** How a connection to the mail server is encrypted. */
export interface SmtpTls {
  /** "TLSv1.3" */
  protocol: string
  /** What speaks against the server's certificate; null where nothing does. */
  doubt: string | null
  /** When the certificate ends. */
  until: Date | null
}

/** Undefined where the connection is not encrypted. */
export function tlsOf(socket: Socket | false | null): SmtpTls | undefined {
  // One that is closed has forgotten its certificate.
  if (!(socket instanceof TLSSocket) || socket.destroyed) return undefined
  const { valid_to: until } = socket.getPeerCertificate()
  return {
    protocol: socket.getProtocol() ?? 'TLS',
    doubt: socket.authorized ? null : String(socket.authorizationError ?? 'not verified'),
    until: until ? new Date(until) : null,
  }
}
