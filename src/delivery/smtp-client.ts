import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { scrub } from '../platform/log.ts'
import type { SmtpConfig } from '../smtp-url.ts'
import type { SmtpFault, SmtpResult, Stage } from './classify-answer.ts'
import type { ComposedMail } from './message.ts'
import { type SmtpTls, tlsOf } from './smtp-tls.ts'

/** One connection to the mail server, which opens when the first mail goes out and again whenever it has to. */
export interface Smtp {
  /** One mail at a time. Never rejects: whatever happens is a result. */
  send(mail: ComposedMail): Promise<SmtpResult>
  /** Of the connection that is open; undefined where none is, or it is not encrypted. */
  tls(): SmtpTls | undefined
  /** Says goodbye when no mail is under way. */
  close(): void
  /** Hangs up at once and for good: a mail that is under way ends with what is known of it. */
  hangUp(): void
}

export interface SmtpTimeouts {
  /** Milliseconds until there is a session, and in silence during one. */
  connectMs: number
  silenceMs: number
}

export interface SmtpOptions {
  timeouts?: SmtpTimeouts
  /** Called when the final dot of a mail has been given to the socket. */
  onBodyWritten?: () => void
}

// RFC 5321, 4.5.3.2: ten minutes for the answer to the final dot.
const TIMEOUTS: SmtpTimeouts = { connectMs: 30_000, silenceMs: 600_000 }
const MOST_MAILS = 100
const GOODBYE_MS = 1000
const SERVER_CLOSES = 421
const LONGEST_ANSWER = 500

type SmtpError = Error & { code?: string; command?: string; responseCode?: number; response?: string }

// On nodemailer's connection and not on its pool, which decides by itself when a mail goes again, and rests for 100 ms
// after each connection that ends.
export function openSmtp(config: SmtpConfig, { timeouts = TIMEOUTS, onBodyWritten }: SmtpOptions = {}): Smtp {
  let session: Session | undefined
  let hungUp = false

  const send = async (mail: ComposedMail): Promise<SmtpResult> => {
    if (session && (session.isClosed() || session.mails >= MOST_MAILS)) closeSession()
    const reused = session !== undefined
    if (!session) {
      session = openSession(config, timeouts, onBodyWritten)
      const fault = await session.opened
      if (fault) {
        session = undefined
        return { accepted: false, ...fault }
      }
    }
    const result = await session.send(mail)
    // A server may end a session that it has kept for long: nothing of this mail was said, so it goes again.
    if (reused && !hungUp && isLostSession(result)) {
      closeSession()
      return send(mail)
    }
    return result
  }

  const closeSession = () => {
    session?.close()
    session = undefined
  }
  const hangUp = () => {
    hungUp = true
    session?.hangUp()
  }
  return { send, tls: () => session?.tls(), close: closeSession, hangUp }
}

const isLostSession = (result: SmtpResult): boolean =>
  !result.accepted && !result.bodyWritten && (result.status === null || result.status === SERVER_CLOSES)

export interface Session {
  /** What kept it from opening; undefined once it is open. */
  opened: Promise<SmtpFault | undefined>
  mails: number
  send(mail: ComposedMail): Promise<SmtpResult>
  /** Begins a mail from this address and takes it back. Undefined where the server would take it. */
  wouldTakeFrom(address: string): Promise<SmtpFault | undefined>
  tls(): SmtpTls | undefined
  isClosed(): boolean
  close(): void
  hangUp(): void
}

/** Connects, encrypts and logs in as the settings say. */
export function openSession(config: SmtpConfig, timeouts: SmtpTimeouts, onBodyWritten?: () => void): Session {
  let bodyWritten = false
  let recipient: string | undefined
  const logger = {
    ...SILENT_LOGGER,
    // nodemailer logs this when the final dot has been given to the socket; its errors do not tell.
    info: (entry: { tnx?: string }) => {
      if (entry.tnx !== 'message') return
      bodyWritten = true
      onBodyWritten?.()
    },
  }
  const connection = new SMTPConnection({ ...connectionOptions(config, timeouts), logger })
  let closed = false
  let settle: (result: SmtpResult) => void = () => {}
  connection.on('end', () => {
    closed = true
  })
  const fail = (error: SmtpError) => {
    const fault = faultOf(error, bodyWritten ? 'dot' : 'mail', bodyWritten, recipient)
    // An answer before the whole body was written: whatever we say next would be taken for more of it.
    const cutShort = fault.stage === 'dot' && !bodyWritten
    if (cutShort || fault.status === SERVER_CLOSES) connection.close()
    afterReset(() => settle({ accepted: false, ...fault }))
  }
  // After a refusal the session stands in the middle of a mail.
  const afterReset = (done: () => void) => {
    if (closed) return done()
    connection.once('end', done) // where it ends during the reset, nodemailer does not call back
    connection.reset((error) => {
      if (error) connection.close()
      connection.off('end', done)
      done()
    })
  }
  const { promise: opened, resolve } = Promise.withResolvers<SmtpFault | undefined>()
  const refuse = (error: SmtpError, stage: Stage) => {
    connection.close()
    resolve(faultOf(error, stage, false))
  }
  const session: Session = {
    opened,
    mails: 0,
    send: (mail) =>
      new Promise((resolve) => {
        settle = resolve
        bodyWritten = false
        recipient = mail.to
        session.mails++
        connection.send({ from: mail.from, to: [mail.to] }, mail.raw, (error, info) =>
          error ? fail(error) : settle({ accepted: true, answer: clean(info!.response, mail.to) }),
        )
      }),
    wouldTakeFrom: (address) =>
      new Promise((resolve) => {
        recipient = address
        settle = (result) => resolve(result.accepted ? undefined : result)
        connection.once('end', () => resolve(faultOf(new Error('the server hung up'), 'mail', false)))
        const { _responseActions: actions, _sendCommand: say } = connection as unknown as Inside
        say.call(connection, `MAIL FROM:<${address}>`)
        actions.push((answer) => {
          if (answer.startsWith('2')) return afterReset(() => resolve(undefined))
          const error = { command: 'MAIL FROM', response: answer, responseCode: Number(answer.slice(0, 3)) }
          fail(Object.assign(new Error(answer), error))
        })
      }),
    tls: () => tlsOf(connection._socket),
    isClosed: () => closed,
    close: () => {
      connection.quit()
      setTimeout(() => connection.close(), GOODBYE_MS).unref()
    },
    hangUp: () => {
      const error = new Error('given up while waiting for an answer')
      refuse(error, 'connect') // forgets the mail under way without a word
      fail(error)
    },
  }

  // Once the session is open its faults come through send; one that comes between mails only ends it.
  connection.on('error', (error) => refuse(error, isTlsFault(error) ? 'tls' : 'connect'))
  connection.connect((error) => {
    if (error) return refuse(error, 'connect')
    const { user, password } = config
    if (!user) return resolve(undefined)
    if (!connection.allowsAuth) return refuse(new Error('the server offers no login'), 'login')
    connection.login({ user, pass: password ?? '' }, (refused) =>
      refused ? refuse(refused, 'login') : resolve(undefined),
    )
  })
  return session
}

/** nodemailer has no word of its own for a mail that is only begun. */
interface Inside {
  _sendCommand(command: string): void
  _responseActions: ((answer: string) => void)[]
}

function connectionOptions(config: SmtpConfig, { connectMs, silenceMs }: SmtpTimeouts) {
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
  }
}

const SILENT_LOGGER = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {} }

// Errors of the network name the system call that failed; those of TLS do not.
const isTlsFault = (error: SmtpError & { syscall?: string; originalCode?: string }): boolean =>
  error.code === 'ETLS' || (error.code === 'ESOCKET' && !error.syscall && error.originalCode !== 'ECONNRESET')

const STAGE_OF_COMMAND: Record<string, Stage> = { 'MAIL FROM': 'mail', 'RCPT TO': 'rcpt', DATA: 'data' }

/** `stage`: how far it came, where the error does not say which command was answered. */
function faultOf(error: SmtpError, stage: Stage, bodyWritten: boolean, recipient?: string): SmtpFault {
  const answeredAt = error.code === 'EMESSAGE' ? 'dot' : STAGE_OF_COMMAND[error.command ?? '']
  return {
    stage: error.responseCode && answeredAt ? answeredAt : stage,
    bodyWritten,
    status: error.responseCode ?? null,
    enhanced: error.response?.match(/^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/)?.[1] ?? null,
    answer: clean(error.response ?? error.message, recipient),
  }
}

// Answers are kept for ever: those of somebody who was erased must not name them. Postgres keeps no NUL, and an answer
// may hold several lines and any bytes.
const clean = (answer: string, recipient?: string): string =>
  withoutMailbox(scrub(answer), recipient)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_ANSWER)

/** Some servers say the local part alone: "550 5.1.1 ann: no such user". */
function withoutMailbox(answer: string, recipient = ''): string {
  const mailbox = recipient.slice(0, Math.max(0, recipient.lastIndexOf('@'))).replace(/[^\w]/g, '\\$&')
  if (mailbox === '') return answer
  return answer.replace(new RegExp(`(?<![\\w.+-])${mailbox}(?![\\w+-])`, 'gi'), '[address]')
}
