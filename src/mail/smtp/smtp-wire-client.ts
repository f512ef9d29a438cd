import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { SmtpConfig } from '../../config/smtp-url.ts'
import { replyCode } from './smtp-reply.ts'

/** nodemailer's connection, and what it takes for granted of a server looked at. */
export interface SmtpWire {
  connection: SMTPConnection
  /** The server has said what nothing was asked for: it would be taken for the answer to whatever we say next. */
  hasUnsolicitedReply(): boolean
  /** nodemailer has no word of its own for a mail that is only begun. */
  sendCommand(command: string, onAnswer: (answer: string) => void): void
}

export interface SmtpWireEvents {
  /** The final dot has been given to the socket. */
  onBodyWritten: () => void
  /** What the server says cannot be matched any more with what we said: nothing may follow on this connection. */
  onProtocolError: (what: string) => void
}

export interface SmtpWireTimeouts {
  connectMs: number
  silenceMs: number
}

const START_MAIL_INPUT = 354
/** 512 lines, each the longest that RFC 5321, 4.5.3.1.5 allows. */
const MAX_REPLY_BYTES = 512 * 512

/** What nodemailer keeps to itself. */
interface ConnectionInternals {
  _sendCommand(command: string): void
  _responseActions: ((answer: string) => void)[]
  _responseQueue: string[]
  _remainder: string
  _onData(chunk: Buffer): void
  _onResponseTooLarge(): void
}

/** Not connected yet. */
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
  // What is there before we ask would be taken for the answer. A no is one, whatever we ask.
  const hasUnexpectedReply = () => /^[^45]/.test(unreadReply())
  const onCommandSent = (command: string) => {
    if (hasUnexpectedReply())
      events.onProtocolError(`before ${command.slice(0, 4)} was said: ${unreadReply()}`)
    expect(command)
  }
  const onReplyReceived = (answer: string) => {
    if (pendingReplies.shift() !== 'DATA' || !/^[23]/.test(answer)) return
    // nodemailer begins the body after any yes.
    if (replyCode(answer) === START_MAIL_INPUT && !hasUnexpectedReply()) expect('the body')
    else events.onProtocolError(`DATA was answered with: ${answer} ${unreadReply()}`)
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
  // Its own limit is for one reply; of blank lines it takes any number.
  const onData = internals._onData
  internals._onData = (chunk) => {
    receivedBytes += chunk.length
    if (receivedBytes > MAX_REPLY_BYTES) internals._onResponseTooLarge()
    else onData.call(connection, chunk)
  }
  const sendCommand: SmtpWire['sendCommand'] = (command, onAnswer) => {
    internals._sendCommand(command)
    internals._responseActions.push(onAnswer)
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
    socketCloseTimeout: 0, // what is closed is closed: no server may hold it open
  }
}
