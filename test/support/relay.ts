import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import type { Certificate } from './certificates.ts'

export interface Relay {
  port: number
  /** Whole emails, as they arrived. */
  mails: Buffer[]
  /** Whether each came over TLS. */
  encrypted: boolean[]
  close(): Promise<void>
}

export interface RelayOptions {
  certificate: Certificate
  user: string
  password: string
  /** TLS from the first byte. */
  implicit?: boolean
  /** Only this machine by default. */
  host?: string
}

/** An SMTP server that requires TLS and a login, as those of email services do. */
export async function startRelay({
  certificate,
  user,
  password,
  implicit = false,
  host = '127.0.0.1',
}: RelayOptions): Promise<Relay> {
  const relay: Relay = { port: 0, mails: [], encrypted: [], close: async () => {} }
  const server = new SMTPServer({
    secure: implicit,
    cert: readFileSync(certificate.cert),
    key: readFileSync(certificate.key),
    authMethods: ['PLAIN', 'LOGIN'],
    size: 10_000_000,
    onAuth: (given, _session, answer) =>
      given.username === user && given.password === password
        ? answer(null, { user })
        : answer(Object.assign(new Error('Authentication Credentials Invalid'), { responseCode: 535 })),
    onData: (stream, session, answer) => {
      buffer(stream).then((mail) => {
        relay.mails.push(mail)
        relay.encrypted.push(session.secure)
        answer()
      }, answer)
    },
  })
  server.on('error', () => {}) // senders that do not trust the certificate hang up
  await new Promise<void>((listening) => server.listen(0, host, listening))
  relay.port = (server.server.address() as AddressInfo).port
  relay.close = () => new Promise((closed) => server.close(() => closed()))
  return relay
}
