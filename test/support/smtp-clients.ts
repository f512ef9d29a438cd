import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach } from 'vitest'
import type { SmtpConfig } from '../../src/config/mail-urls.ts'
import type { ComposedMail } from '../../src/mail/message.ts'
import { openSmtpClient, type SmtpClient, type SmtpClientOptions } from '../../src/mail/smtp/smtp-client.ts'
import { type SinkOptions, type SmtpSink, startSmtpSink } from './smtp-sink.ts'

export const smtpConfig = (port: number, changes: Partial<SmtpConfig> = {}): SmtpConfig => ({
  host: '127.0.0.1',
  port,
  implicitTls: false,
  connections: 1,
  mails: 100,
  timeoutSeconds: 600,
  tls: 'any',
  ...changes,
})

/** To name@y.example, of a few lines. */
export const smallMail = (name: string): ComposedMail => ({
  from: 'papers@site.example',
  to: `${name}@y.example`,
  raw: Buffer.from(`Message-ID: <${name}@site.example>\r\nSubject: ${name}\r\n\r\nHello\r\n.dot\r\n`),
})

const TIMEOUTS = { connectMs: 2000, silenceMs: 2000 }

/** Mail servers and clients of a test, closed after it. */
export function useSmtp() {
  const closing: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })
  return {
    sinkWith: async (options: SinkOptions = {}): Promise<SmtpSink> => {
      const sink = await startSmtpSink(options)
      closing.push(sink.close)
      return sink
    },
    /** Takes every email. */
    serverWith: async (options: SMTPServerOptions): Promise<number> => {
      const server = new SMTPServer({
        authOptional: true,
        onData: (stream, _session, done) => stream.on('end', done).resume(),
        onAuth: ({ username, password }, _session, done) =>
          username === 'papers' && password === 'right'
            ? done(null, { user: 'papers' })
            : done(new Error('no')),
        ...options,
      })
      server.on('error', () => {}) // clients that refuse its certificate
      await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening))
      closing.push(() => new Promise<void>((closed) => void server.close(closed)))
      return (server.server.address() as AddressInfo).port
    },
    clientOf: (config: SmtpConfig, timeouts = TIMEOUTS, options: SmtpClientOptions = {}): SmtpClient => {
      const client = openSmtpClient(config, { timeouts, ...options })
      closing.push(client.close)
      return client
    },
  }
}
