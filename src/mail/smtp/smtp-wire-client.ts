import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { SmtpConfig } from '../../config/mail-urls.ts'
import { replyCode } from './smtp-reply.ts'

/** nodemailer's connection, with checks of what it assumes about a server. */
export interface SmtpWire {
  connection: SMTPConnection
  /** The server sent an unsolicited reply, which would be read as the reply to our next command. */
  hasUnsolicitedReply(): boolean
  /** Sends a command for which nodemailer has no method, such as MAIL FROM without the rest of the email. */
  sendCommand(command: string, onReply: (reply: string) => void): void
}

export interface SmtpWireEvents {
  /** The final dot was passed to the socket. */
  onBodyWritten: () => void
  /** The server's replies no longer match our commands: nothing may follow on this connection. */
  onProtocolError: (what: string) => void
}

export interface SmtpWireTimeouts {
  connectMs: number
  silenceMs: number
}

const START_MAIL_INPUT = 354
/** 512 lines, each of the maximum length in RFC 5321, 4.5.3.1.5. */
const MAX_REPLY_BYTES = 512 * 512

/** Private members of nodemailer's connection that we use. */
interface ConnectionInternals {
  _sendCommand(command: string): void
  _responseActions: ((reply: string) => void)[]
  _responseQueue: string[]
  _remainder: string
  _onData(chunk: Buffer): void
  _onResponseTooLarge(): void
}

/** Returns a connection that is not connected yet. */
export function openSmtpWire(
  config: SmtpConfig,
  timeouts: SmtpWireTimeouts,
  events: SmtpWireEvents,
): SmtpWire {
  let receivedBytes = 0
  const pendingReplies = ['the greeting']
  const expect = (what: string) => {
    receivedBytes = 0
    pendingReplies.push(what)
  }
  // Data that arrives before our command would be read as its reply. A 4xx or 5xx is a refusal of any command.
  const hasUnexpectedReply = () => /^[^45]/.test(unreadReply())
  const onCommandSent = (command: string) => {
    if (hasUnexpectedReply())
      events.onProtocolError(`before ${command.slice(0, 4)} was sent: ${unreadReply()}`)
    expect(command)
  }
  const onReplyReceived = (reply: string) => {
    if (pendingReplies.shift() !== 'DATA' || !/^[23]/.test(reply)) return
    // nodemailer sends the body after any positive reply.
    if (replyCode(reply) === START_MAIL_INPUT && !hasUnexpectedReply()) expect('the body')
    else events.onProtocolError(`DATA was answered with: ${reply} ${unreadReply()}`)
  }
  const logger = {
    ...SILENT_LOGGER,
    info: ({ tnx }: LogEntry) => {
      if (tnx === 'message') events.onBodyWritten()
    },
    debug: ({ tnx }: LogEntry, line: string) => {
      if (tnx === 'client') onCommandSent(line)
      if (tnx === 'server') onReplyReceived(line)
    },
  }
  const options = { ...connectionOptions(config, timeouts), logger, transactionLog: true }
  const connection = new SMTPConnection(options)
  const internals = connection as unknown as ConnectionInternals
  const unreadReply = () => [...internals._responseQueue, internals._remainder].join('').trim()
  // nodemailer limits the length of one reply, but accepts any number of blank lines.
  const onData = internals._onData
  internals._onData = (chunk) => {
    receivedBytes += chunk.length
    if (receivedBytes > MAX_REPLY_BYTES) internals._onResponseTooLarge()
    else onData.call(connection, chunk)
  }
  const sendCommand: SmtpWire['sendCommand'] = (command, onReply) => {
    internals._sendCommand(command)
    internals._responseActions.push(onReply)
  }
  return { connection, hasUnsolicitedReply: () => unreadReply() !== '', sendCommand }
}

interface LogEntry {
  tnx?: string
}

const SILENT_LOGGER = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {} }

function connectionOptions(config: SmtpConfig, { connectMs, silenceMs }: SmtpWireTimeouts) {
  const { host, port, implicitTls, tls } = config
  return {
    host,
    port,
    secure: implicitTls,
    requireTLS: !implicitTls && (tls === 'require' || tls === 'verify'),
    ignoreTLS: tls === 'off',
    tls: { rejectUnauthorized: tls === 'verify' },
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: silenceMs,
    socketCloseTimeout: 0, // closes at once: no server may keep the connection open
  }
}
