import { openSmtpWire as openRightly } from '../../../../src/mail/smtp/smtp-wire-client.ts'

export * from '../../../../src/mail/smtp/smtp-wire-client.ts'

/** Keeps a reply in memory until it is whole, or has grown enough to be measured. */
export const openSmtpWire: typeof openRightly = (...args) => {
  const connection = openRightly(...args)
  connection.options.maxResponseSize = 800_000_000
  return connection
}
