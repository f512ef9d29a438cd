import type { SmtpConfig } from '../../config/smtp-url.ts'
import { monotonicMs } from '../../core/clock.ts'
import type { ComposedMail } from '../message.ts'
import type { SmtpResult } from '../refusals/classify-reply.ts'
import { openSmtpSession, type SmtpSession, type SmtpTimeouts } from './smtp-session-client.ts'
import type { SmtpTls } from './smtp-tls.ts'

/** One connection to the mail server, which opens when the first mail goes out and again whenever it has to. */
export interface SmtpClient {
  /** One mail at a time. Never rejects: whatever happens is a result. */
  send(mail: ComposedMail): Promise<SmtpResult>
  /** Milliseconds within which `send` has a result, whatever the server does. */
  maxSendMs: number
  /** Of the connection that is open; undefined where none is, or it is not encrypted. */
  tls(): SmtpTls | undefined
  /** Says goodbye when no mail is under way. */
  close(): void
  /** Hangs up at once and for good: a mail that is under way ends with what is known of it. */
  hangUp(): void
}

export interface SmtpClientOptions {
  /** Those that the settings say, unless said otherwise. */
  timeouts?: SmtpTimeouts
  /** Milliseconds after which a connection takes no other mail; 5 minutes unless said otherwise. */
  maxAgeMs?: number
  /** Called when the final dot of a mail has been given to the socket. */
  onBodyWritten?: () => void
}

const MAX_AGE_MS = 300_000
const CONNECT_MS = 30_000
const MIN_CONNECT_MS = 1000
const CONNECT_SHARE = 20
const SERVER_CLOSES = 421

/** RFC 5321, 4.5.3.2: ten minutes for the answer to the final dot. Opening takes a twentieth of it, up to its own limit. */
const timeoutsOf = ({ timeoutSeconds }: SmtpConfig): SmtpTimeouts => ({
  connectMs: Math.min(CONNECT_MS, Math.max(MIN_CONNECT_MS, (timeoutSeconds * 1000) / CONNECT_SHARE)),
  silenceMs: timeoutSeconds * 1000,
})

// On nodemailer's connection and not on its pool, which decides by itself when a mail goes again, and rests for 100 ms
// after each connection that ends.
export function openSmtpClient(config: SmtpConfig, options: SmtpClientOptions = {}): SmtpClient {
  const { timeouts = timeoutsOf(config), maxAgeMs = MAX_AGE_MS, onBodyWritten } = options
  let session: SmtpSession | undefined
  let openedAt = 0
  let hungUp = false

  const isReusable = (one: SmtpSession): boolean =>
    !one.isLost() && one.mails < config.mails && monotonicMs() - openedAt < maxAgeMs

  const send = async (mail: ComposedMail): Promise<SmtpResult> => {
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
    const result = await session.send(mail)
    // A server may end a session that it has kept for long: nothing of this mail was said, so it goes again.
    if (reused && !hungUp && !session.isExpired() && isLostSession(result)) {
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
  // Opening, body, answer and the way back to a fresh session; once more after a session that the server had ended.
  const maxSendMs = 2 * (3 * timeouts.connectMs + 1.5 * timeouts.silenceMs)
  return { send, maxSendMs, tls: () => session?.tls(), close: closeSession, hangUp }
}

// Also where a recipient was named: a 421 that ends the session may cross with our MAIL. Said again, it counts.
const isLostSession = (result: SmtpResult): boolean =>
  !result.accepted && !result.bodyWritten && (result.status === null || result.status === SERVER_CLOSES)
