import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { SmtpConfig } from '../../config/smtp-url.ts'
import { codeOf } from './smtp-answer.ts'

/** nodemailer's connection, and what it takes for granted of a server looked at. */
export interface Wire {
  connection: SMTPConnection
  /** The server has said what nothing was asked for: it would be taken for the answer to whatever we say next. */
  hasMore(): boolean
  /** nodemailer has no word of its own for a mail that is only begun. */
  say(command: string, onAnswer: (answer: string) => void): void
}

export interface WireEvents {
  /** The final dot has been given to the socket. */
  onBodyWritten: () => void
  /** What the server says cannot be matched any more with what we said: nothing may follow on this connection. */
  onBreach: (what: string) => void
}

export interface WireTimeouts {
  connectMs: number
  silenceMs: number
}

const GO_ON = 354
/** 512 lines, each the longest that RFC 5321, 4.5.3.1.5 allows. */
const MAX_REPLY_BYTES = 512 * 512

/** What nodemailer keeps to itself. */
interface Inside {
  _sendCommand(command: string): void
  _responseActions: ((answer: string) => void)[]
  _responseQueue: string[]
  _remainder: string
  _onData(chunk: Buffer): void
  _onResponseTooLarge(): void
}

/** Not connected yet. */
export function openWire(config: SmtpConfig, timeouts: WireTimeouts, events: WireEvents): Wire {
  let heardBytes = 0
  const asked = ['the greeting']
  const expect = (what: string) => {
    heardBytes = 0
    asked.push(what)
  }
  // What is there before we ask would be taken for the answer. A no is one, whatever we ask.
  const saidTooMuch = () => /^[^45]/.test(more())
  const said = (command: string) => {
    if (saidTooMuch()) events.onBreach(`before ${command.slice(0, 4)} was said: ${more()}`)
    expect(command)
  }
  const heard = (answer: string) => {
    if (asked.shift() !== 'DATA' || !/^[23]/.test(answer)) return
    // nodemailer begins the body after any yes.
    if (codeOf(answer) === GO_ON && !saidTooMuch()) expect('the body')
    else events.onBreach(`DATA was answered with: ${answer} ${more()}`)
  }
  const logger = {
    ...SILENT_LOGGER,
    info: ({ tnx }: LogEntry) => {
      if (tnx === 'message') events.onBodyWritten()
    },
    debug: ({ tnx }: LogEntry, line: string) => {
      if (tnx === 'client') said(line)
      if (tnx === 'server') heard(line)
    },
  }
  const options = { ...connectionOptions(config, timeouts), logger, transactionLog: true }
  const connection = new SMTPConnection(options)
  const inside = connection as unknown as Inside
  const more = () => [...inside._responseQueue, inside._remainder].join('').trim()
  // Its own limit is for one reply; of blank lines it takes any number.
  const onData = inside._onData
  inside._onData = (chunk) => {
    heardBytes += chunk.length
    if (heardBytes > MAX_REPLY_BYTES) inside._onResponseTooLarge()
    else onData.call(connection, chunk)
  }
  const say: Wire['say'] = (command, onAnswer) => {
    inside._sendCommand(command)
    inside._responseActions.push(onAnswer)
  }
  return { connection, hasMore: () => more() !== '', say }
}

interface LogEntry {
  tnx?: string
}

const SILENT_LOGGER = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {} }

function connectionOptions(config: SmtpConfig, { connectMs, silenceMs }: WireTimeouts) {
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
