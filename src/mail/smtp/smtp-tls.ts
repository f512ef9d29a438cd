import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** How a connection to the mail server is encrypted. */
export interface SmtpTls {
  /** "TLSv1.3" */
  protocol: string
  /** Why the server's certificate is not trusted; null if it is. */
  doubt: string | null
  /** When the certificate expires. */
  until: Date | null
}

/** Undefined if the connection is not encrypted. */
export function tlsOf(socket: Socket | false | null): SmtpTls | undefined {
  // A closed socket has no certificate any more.
  if (!(socket instanceof TLSSocket) || socket.destroyed) return undefined
  const { valid_to: until } = socket.getPeerCertificate()
  return {
    protocol: socket.getProtocol() ?? 'TLS',
    doubt: socket.authorized ? null : String(socket.authorizationError ?? 'not verified'),
    until: until ? new Date(until) : null,
  }
}
