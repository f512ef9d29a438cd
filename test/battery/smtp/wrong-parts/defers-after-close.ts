import type { openSmtpClient as openRightly, SmtpClient } from '../../../../src/mail/smtp/smtp-client.ts'
import { openSmtpSession } from '../../../../src/mail/smtp/smtp-session-client.ts'

export * from '../../../../src/mail/smtp/smtp-client.ts'

/** If the server has closed the connection, the email is deferred instead of sent on a new one. */
export const openSmtpClient: typeof openRightly = (config, options): SmtpClient => {
  const open = () => openSmtpSession(config, { connectMs: 2000, silenceMs: 2000 }, options?.onBodyWritten)
  let session = open()
  return {
    send: async (mail) => {
      const fault = await session.opened
      const result = fault ? { accepted: false as const, ...fault } : await session.send(mail)
      if (session.isLost()) session = open()
      return result
    },
    maxSendMs: 10_000,
    close: () => session.close(),
    hangUp: () => session.hangUp(),
  }
}
