import { setImmediate as nextImmediate } from 'node:timers/promises'
import type { SmtpConfig } from '../../config/mail-urls.ts'
import { monotonicMs } from '../../core/clock.ts'
import type { ComposedMail } from '../message.ts'
import { endsSession } from '../refusals/classify-refusal.ts'
import type { SmtpResult } from '../refusals/classify-reply.ts'
import { openSmtpSession, type SmtpSession } from './smtp-session-client.ts'
import type { SmtpTimeouts } from './smtp-wire-client.ts'

/** One connection to the mail server. It opens for the first email, and again whenever necessary. */
export interface SmtpClient {
  /**
   * One email at a time. Never rejects: every outcome is a result. The body starts when `beforeBody` resolves; if that
   * rejects, the connection closes without a body. A lost connection is opened again, and `beforeBody` called again.
   */
  send(mail: ComposedMail, beforeBody?: () => Promise<void>): Promise<SmtpResult>
  /** Milliseconds within which `send` returns a result, whatever the server does. */
  maxSendMs: number
  /** Sends QUIT and closes. Call it when no email is in progress. */
  close(): void
  /** Closes at once and for good: an email in progress ends with the result known so far. */
  hangUp(): void
}

export interface SmtpClientOptions {
  /** From the settings by default. */
  timeouts?: SmtpTimeouts
  /** Milliseconds after which a connection takes no further email; 5 minutes by default. */
  maxAgeMs?: number
  /** Called when the final dot of an email was passed to the socket. */
  onBodyWritten?: () => void
}

const MAX_AGE_MS = 300_000
const CONNECT_MS = 30_000
const MIN_CONNECT_MS = 1000
const CONNECT_SHARE = 20

/** RFC 5321, 4.5.3.2: ten minutes for the reply to the final dot. Connecting gets a twentieth, up to CONNECT_MS. */
const timeoutsOf = ({ timeoutSeconds }: SmtpConfig): SmtpTimeouts => ({
  connectMs: Math.min(CONNECT_MS, Math.max(MIN_CONNECT_MS, (timeoutSeconds * 1000) / CONNECT_SHARE)),
  silenceMs: timeoutSeconds * 1000,
})

// Uses nodemailer's connection and not its pool, which decides by itself when an email is retried, and pauses for
// 100 ms after each closed connection.
export function openSmtpClient(config: SmtpConfig, options: SmtpClientOptions = {}): SmtpClient {
  const { timeouts = timeoutsOf(config), maxAgeMs = MAX_AGE_MS, onBodyWritten } = options
  let session: SmtpSession | undefined
  let openedAt = 0
  let hungUp = false

  const isReusable = (one: SmtpSession): boolean =>
    !one.isLost() && one.mails < config.mails && monotonicMs() - openedAt < maxAgeMs

  const send: SmtpClient['send'] = async (mail, beforeBody) => {
    if (session) await nextImmediate() // an unsolicited reply that came with the last one ends the session
    if (session && !isReusable(session)) closeSession()
    const reused = session !== undefined
    if (!session) {
      session = openSmtpSession(config, timeouts, onBodyWritten)
      openedAt = monotonicMs()
      const fault = await session.opened
      if (fault) {
        session = undefined
        return { accepted: false, ...fault }
      }
    }
    const result = await session.send(mail, beforeBody)
    // A server may close a session that was idle for long. It has received nothing of this email, so we send it again.
    if (reused && !hungUp && !session.isGivenUp() && isLostSession(result)) {
      closeSession()
      return send(mail, beforeBody)
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
  // Opening, body, reply and reset; then the same once more after a session that the server had closed.
  const maxSendMs = 2 * (3 * timeouts.connectMs + 1.5 * timeouts.silenceMs)
  return { send, maxSendMs, close: closeSession, hangUp }
}

// Also after RCPT: a 421 that ends the session may cross with our MAIL. If the new session gets it too, it counts.
const isLostSession = (result: SmtpResult): boolean =>
  !result.accepted && !result.bodyWritten && endsSession(result)
