import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

export interface NextHop {
  port: number
  mails: { to: string; raw: Buffer }[]
  close(): Promise<void>
}

const ANSWERS: [prefix: string, code: number, words: string][] = [
  ['unknown', 550, '5.1.1 Recipient address rejected: User unknown in virtual mailbox table'],
  ['full', 552, '5.2.2 Mailbox full: quota exceeded'],
  ['spam', 554, '5.7.1 Message rejected as spam by content policy'],
]

/** The server of far.example: by how an address begins, it answers RCPT as those of unknown and full mailboxes do. */
export async function startNextHop(): Promise<NextHop> {
  const mails: NextHop['mails'] = []
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onRcptTo: ({ address }, _session, answer) => {
      const [, responseCode, words = ''] = ANSWERS.find(([prefix]) => address.startsWith(prefix)) ?? []
      answer(responseCode ? Object.assign(new Error(words), { responseCode }) : null)
    },
    onData: (stream, { envelope }, answer) => {
      buffer(stream).then((raw) => {
        for (const { address } of envelope.rcptTo) mails.push({ to: address, raw })
        answer()
      }, answer)
    },
  })
  server.on('error', () => {}) // mail servers that are ended hang up
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    close: () => new Promise((closed) => server.close(() => closed())),
  }
}
