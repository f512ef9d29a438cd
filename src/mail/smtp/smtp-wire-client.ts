import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { SmtpConfig } from '../../config/mail-urls.ts'

export interface SmtpTimeouts {
  /** Milliseconds until the server's greeting. Until the session is ready: twice that. */
  connectMs: number
  /** Of silence, and from the final dot to the end of the reply. From an email's start to its dot: half, max. 5 min. */
  silenceMs: number
}

/** 512 lines, each of the maximum length in RFC 5321, 4.5.3.1.5. */
const MAX_REPLY_BYTES = 512 * 512
/** The only way to send a command for which SMTPConnection has no method is a login method of our own. */
const TRY_SENDER = 'MAIL FROM'

/** Returns a connection that is not connected yet. `onBodyWritten`: the final dot was passed to the socket. */
export function openSmtpWire(
  { host, port, implicitTls, tls, clientName }: SmtpConfig,
  { connectMs, silenceMs }: SmtpTimeouts,
  onBodyWritten: () => void,
): SMTPConnection {
  const info = ({ tnx }: { tnx?: string }) => {
    if (tnx === 'message') onBodyWritten()
  }
  return new SMTPConnection({
    host,
    port,
    name: clientName, // undefined: the name of this machine if it has a dot, else [127.0.0.1]
    secure: implicitTls,
    requireTLS: !implicitTls && (tls === 'require' || tls === 'verify'),
    ignoreTLS: tls === 'off',
    tls: { rejectUnauthorized: tls === 'verify' },
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: silenceMs,
    socketCloseTimeout: 0, // closes at once: no server may keep the connection open
    maxResponseSize: MAX_REPLY_BYTES,
    logger: { ...SILENT_LOGGER, info },
    customAuth: { [TRY_SENDER]: ({ auth, sendCommand }) => sendCommand(`MAIL FROM:<${auth.user}>`) },
  })
}

/** Sends MAIL FROM without the rest of an email, and passes on the reply. */
export function tryMailFrom(
  connection: SMTPConnection,
  address: string,
  onReply: (reply: string) => void,
): void {
  connection.login({ method: TRY_SENDER, user: address }, () => onReply(connection.lastServerResponse || ''))
}

const SILENT_LOGGER = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {} }
