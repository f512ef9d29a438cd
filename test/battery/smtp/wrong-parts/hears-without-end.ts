import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { openSmtpWire as openRightly, type SmtpWire } from '../../../../src/mail/smtp/smtp-wire-client.ts'

export * from '../../../../src/mail/smtp/smtp-wire-client.ts'

/** Whatever a server says is kept until it is whole, or enough to be seen. */
export const openSmtpWire: typeof openRightly = (...args): SmtpWire => {
  const wire = openRightly(...args)
  wire.connection.options.maxResponseSize = 800_000_000
  const onData = (SMTPConnection.prototype as unknown as { _onData: object })._onData
  Object.assign(wire.connection, { _onData: onData })
  return wire
}
