import { Readable } from 'node:stream'
import { setImmediate as nextImmediate } from 'node:timers/promises'
import type SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { SmtpConfig } from '../../config/mail-urls.ts'
import type { ComposedMail } from '../message.ts'
import { endsSession } from '../refusals/classify-refusal.ts'
import type { SmtpFault, SmtpResult, SmtpStage } from '../refusals/classify-reply.ts'
import { redactReply, replyCode, type SmtpError, toSmtpFault } from './smtp-reply.ts'
import { openSmtpWire, type SmtpTimeouts, tryMailFrom } from './smtp-wire-client.ts'

export type SmtpSession = ReturnType<typeof openSmtpSession>

const MAX_BODY_MS = 300_000
const GOODBYE_MS = 1000
const ACCEPTED = 250
const START_MAIL_INPUT = 354
const GIVEN_UP = 'given up while waiting for a reply'

/** Connects, encrypts and logs in as the settings say. Each promise settles in time, whatever the server does. */
export function openSmtpSession(config: SmtpConfig, timeouts: SmtpTimeouts, onBodyWritten?: () => void) {
  const connection = openSmtpWire(config, timeouts, () => {
    exchange.wroteBody()
    onBodyWritten?.()
  })
  const exchange = new Exchange(connection, timeouts)
  const session = {
    opened: open(connection, config, 2 * timeouts.connectMs),
    mails: 0,
    /** See SmtpClient. */
    send: (mail: ComposedMail, beforeBody?: () => Promise<void>): Promise<SmtpResult> => {
      session.mails++
      return exchange.begin(mail.to, () =>
        connection.send(
          { from: mail.from, to: [mail.to] },
          Readable.from(bodyOf(mail, connection, () => beforeBody?.().catch(exchange.giveUp))),
          (error, info) => (error ? exchange.fail(error) : exchange.succeed(info!.response)),
        ),
      )
    },
    /** Begins an email from this address and resets it. Undefined if the server would accept the sender. */
    tryMailFrom: async (address: string): Promise<SmtpFault | undefined> => {
      const result = await exchange.begin(address, () =>
        tryMailFrom(connection, address, (reply) => exchange.takeBack(reply)),
      )
      return result.accepted ? undefined : result
    },
    isLost: (): boolean => exchange.isClosed,
    /** We ended it: an email took too long, or its body was held back. */
    isGivenUp: (): boolean => exchange.isGivenUp,
    close: (): void => {
      connection.quit()
      setTimeout(() => connection.close(), GOODBYE_MS).unref()
    },
    hangUp: (): void => exchange.end(new Error(GIVEN_UP)),
  }
  return session
}

/**
 * The body. nodemailer reads from it after any positive reply to DATA, and before it takes up the next reply; the body
 * starts only after a 354.
 */
async function* bodyOf(
  mail: ComposedMail,
  connection: SMTPConnection,
  beforeBody: () => Promise<void> | undefined,
): AsyncGenerator<Buffer> {
  const reply = connection.lastServerResponse || ''
  if (replyCode(reply) !== START_MAIL_INPUT) throw new Error(`DATA was answered with: ${reply}`)
  await nextImmediate() // a reply that came with this one ends the email before its body begins
  await beforeBody()
  yield mail.raw
}

function open(
  connection: SMTPConnection,
  { user, password }: SmtpConfig,
  withinMs: number,
): Promise<SmtpFault | undefined> {
  return new Promise((resolve) => {
    const done = (fault?: SmtpFault) => {
      clearTimeout(timer)
      resolve(fault)
    }
    const refuse = (error: SmtpError, stage: SmtpStage) => {
      done(toSmtpFault(error, { stage, bodyWritten: false }))
      connection.close()
    }
    const timer = setTimeout(
      () => refuse(new Error(`no session after ${withinMs / 1000} s`), 'connect'),
      withinMs,
    )
    connection.once('end', () => refuse(new Error(GIVEN_UP), 'connect'))
    // Once the session is open, its faults arrive through send; a fault between emails only ends the session.
    connection.on('error', (error) => refuse(error, isTlsFault(error) ? 'tls' : 'connect'))
    connection.connect((error) => {
      if (error) return refuse(error, 'connect')
      if (!user) return done()
      if (!connection.allowsAuth) return refuse(new Error('the server offers no login'), 'login')
      connection.login({ user, pass: password ?? '' }, (refused) =>
        refused ? refuse(refused, 'login') : done(),
      )
    })
  })
}

/** The email in progress on a connection, and its result. */
class Exchange {
  readonly #connection: SMTPConnection
  readonly #timeouts: SmtpTimeouts
  #isBodyWritten = false
  #recipient: string | undefined
  #resolve: (result: SmtpResult) => void = () => {}
  #timer: NodeJS.Timeout | undefined
  isClosed = false
  isGivenUp = false

  constructor(connection: SMTPConnection, timeouts: SmtpTimeouts) {
    this.#connection = connection
    this.#timeouts = timeouts
    // Runs for any end of the connection. nodemailer's own error, if it has one, settles first.
    connection.on('end', () => {
      this.isClosed = true
      setImmediate(() => this.end(new Error('the server hung up')))
    })
  }

  begin(to: string, start: () => void): Promise<SmtpResult> {
    return new Promise((resolve) => {
      this.#resolve = resolve
      this.#isBodyWritten = false
      this.#recipient = to
      this.#within(Math.min(MAX_BODY_MS, this.#timeouts.silenceMs / 2))
      start()
    })
  }

  #settle(result: SmtpResult): void {
    clearTimeout(this.#timer)
    this.#resolve(result)
  }

  giveUp = (error: Error): never => {
    this.isGivenUp = true
    throw error
  }

  wroteBody(): void {
    this.#isBodyWritten = true
    this.#within(this.#timeouts.silenceMs)
  }

  /** nodemailer accepts any reply that begins with a 2, even before the end of the body. */
  succeed(response: string): void {
    if (this.#isBodyWritten && replyCode(response) === ACCEPTED)
      this.#settle({ accepted: true, reply: redactReply(response, this.#recipient) })
    else this.#failWithReply(response, { code: 'EMESSAGE' })
  }

  takeBack(response: string): void {
    if (replyCode(response) === ACCEPTED) this.#reset({ accepted: true, reply: response })
    else this.#failWithReply(response, { command: 'MAIL FROM' })
  }

  fail(error: SmtpError): void {
    const fault = this.#faultNow(error)
    // After a reply before the end of the body, the server would read our next command as more body. After a malformed
    // reply, the next reply may belong to any command.
    const isBodyIncomplete = fault.stage === 'dot' && !this.#isBodyWritten
    if (isBodyIncomplete || endsSession(fault)) this.#connection.close()
    this.#reset({ accepted: false, ...fault })
  }

  end(error: SmtpError): void {
    const fault = this.#faultNow(error)
    this.#connection.close()
    this.#settle({ accepted: false, ...fault })
  }

  #failWithReply(response: string, command: object): void {
    this.fail(Object.assign(new Error(response), { ...command, response }))
  }

  // After a refusal the session is in the middle of an email.
  #reset(result: SmtpResult): void {
    const done = () => this.#settle(result)
    if (this.isClosed) {
      done()
      return
    }
    this.#within(this.#timeouts.connectMs)
    this.#connection.once('end', done) // if the connection ends during the reset, nodemailer does not call back
    this.#connection.reset((error) => {
      if (error) this.#connection.close()
      this.#connection.off('end', done)
      done()
    })
  }

  #faultNow(error: SmtpError): SmtpFault {
    const bodyWritten = this.#isBodyWritten
    return toSmtpFault(error, {
      stage: bodyWritten ? 'dot' : 'mail',
      bodyWritten,
      recipient: this.#recipient,
    })
  }

  #within(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.isGivenUp = true
      this.end(new Error(`not done after ${ms / 1000} s`))
    }, ms)
  }
}

// Network errors name the system call that failed; TLS errors do not.
const isTlsFault = (error: SmtpError & { syscall?: string; originalCode?: string }): boolean =>
  error.code === 'ETLS' || (error.code === 'ESOCKET' && !error.syscall && error.originalCode !== 'ECONNRESET')
