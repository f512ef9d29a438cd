import { openSmtpWire as openRightly } from '../../../../src/mail/smtp/smtp-wire-client.ts'

export * from '../../../../src/mail/smtp/smtp-wire-client.ts'

/** Whatever a server says is kept until it is whole, or enough to be seen. */
export const openSmtpWire: typeof openRightly = (...args) => {
  const connection = openRightly(...args)
  connection.options.maxResponseSize = 800_000_000
  return connection
}
