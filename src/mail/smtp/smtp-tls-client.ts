import { on, once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { SmtpConfig } from '../../config/mail-urls.ts'
import { errorText } from '../../core/errors.ts'

/** How a connection to the mail server is encrypted. */
export interface SmtpTls {
  /** "TLSv1.3" */
  protocol: string
  /** Why the server's certificate is not trusted; null if it is. */
  doubt: string | null
  /** When the certificate expires. */
  until: Date | null
}

/** Undefined if it is not encrypted. On a connection of its own, because nodemailer does not pass on its socket. */
export async function probeSmtpTls(config: SmtpConfig, timeoutMs: number): Promise<SmtpTls | undefined> {
  const { host, port, implicitTls, tls: mode, clientName = '[127.0.0.1]' } = config
  if (!implicitTls && mode === 'off') return undefined
  const signal = AbortSignal.timeout(timeoutMs)
  const plain = connect({ host, port, signal })
  try {
    if (!implicitTls && !(await startsTls(plain, clientName, signal))) return undefined
    const servername = isIP(host) ? undefined : host
    const socket = connectTls({ socket: plain, host, servername, rejectUnauthorized: false })
    socket.on('error', () => {}) // one after the handshake does not matter
    await once(socket, 'secureConnect', { signal })
    const { valid_to: until } = socket.getPeerCertificate()
    return {
      protocol: socket.getProtocol() ?? 'TLS',
      doubt: socket.authorized ? null : String(socket.authorizationError ?? 'not verified'),
      until: until ? new Date(until) : null,
    }
  } catch (error) {
    return { protocol: 'TLS', doubt: `not examined: ${errorText(error)}`, until: null }
  } finally {
    plain.destroy()
  }
}

/** True once the server is ready for the handshake; false if it offers none. Throws another reply. */
async function startsTls(socket: Socket, clientName: string, signal: AbortSignal): Promise<boolean> {
  const chunks = on(socket, 'data', { signal, close: ['close'] })
  const readReply = async (code: string): Promise<string> => {
    let reply = ''
    while (!/^\d{3}(?!-)[^\n]*\n/m.test(reply)) {
      const { done, value } = await chunks.next()
      if (done) throw new Error('the server hung up')
      reply += value[0]
    }
    if (!reply.startsWith(code)) throw new Error(reply.trim())
    return reply
  }
  await readReply('220')
  socket.write(`EHLO ${clientName}\r\n`)
  if (!/^250[ -]STARTTLS\b/im.test(await readReply('250'))) return false
  socket.write('STARTTLS\r\n')
  await readReply('220')
  await chunks.return?.()
  return true
}
