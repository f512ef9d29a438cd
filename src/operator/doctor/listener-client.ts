import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { ListenAddress } from '../../config/setting-kinds.ts'
import { within } from '../../core/in-time.ts'

export interface ListenerAsked {
  address: ListenAddress
  way: 'lmtp' | 'smtp'
  /** Whom it is asked whether it would take mail for. */
  recipient: string
  timeoutMs: number
}

/** Its greeting, and its answer to RCPT; the mail is never begun. Rejects where nobody answers. */
export interface ListenerSeen {
  greeting: string
  rcpt: string
}

export async function seeListener({
  address,
  way,
  recipient,
  timeoutMs,
}: ListenerAsked): Promise<ListenerSeen> {
  const socket = connect({ host: nearBy(address.host), port: address.port })
  const lines = createInterface({ input: socket, crlfDelay: Infinity })[Symbol.asyncIterator]()
  const failed = new Promise<never>((_, reject) => socket.once('error', reject))
  failed.catch(() => {}) // it may fail once everything is heard
  const heard = () => within(timeoutMs, Promise.race([answerFrom(lines), failed]))
  const say = (command: string) => {
    socket.write(`${command}\r\n`)
    return heard()
  }
  try {
    const greeting = await heard()
    if (!greeting.startsWith('220')) return { greeting, rcpt: '' }
    await say(`${way === 'lmtp' ? 'LHLO' : 'EHLO'} doctor.localhost`)
    await say('MAIL FROM:<>')
    return { greeting, rcpt: await say(`RCPT TO:<${recipient}>`) }
  } finally {
    socket.end('QUIT\r\n')
    setTimeout(() => socket.destroy(), GOODBYE_MS).unref()
  }
}

const GOODBYE_MS = 1000

/** Where somebody who listens on every address of this machine is found. */
const nearBy = (host: string): string => ({ '0.0.0.0': '127.0.0.1', '::': '::1' })[host] ?? host

/** The last line of an answer, which may have several. */
async function answerFrom(lines: AsyncIterator<string>): Promise<string> {
  for (;;) {
    const { value, done } = await lines.next()
    if (done) throw new Error('the connection was closed without an answer')
    if (!/^\d{3}-/.test(value)) return value
  }
}
