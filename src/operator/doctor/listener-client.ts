import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { ListenAddress } from '../../config/setting-schemas.ts'
import { withTimeout } from '../../core/with-timeout.ts'

export interface ListenerRequest {
  address: ListenAddress
  protocol: 'lmtp' | 'smtp'
  /** Whom it is asked whether it would take mail for. */
  recipient: string
  timeoutMs: number
}

/** Its greeting, and its answer to RCPT; the mail is never begun. Rejects where nobody answers. */
export interface ListenerReplies {
  greeting: string
  rcptReply: string
}

export async function probeListener({
  address,
  protocol,
  recipient,
  timeoutMs,
}: ListenerRequest): Promise<ListenerReplies> {
  const socket = connect({ host: reachableHost(address.host), port: address.port })
  const lines = createInterface({ input: socket, crlfDelay: Infinity })[Symbol.asyncIterator]()
  const failed = new Promise<never>((_, reject) => socket.once('error', reject))
  failed.catch(() => {}) // it may fail once everything is heard
  const nextReply = () => withTimeout(timeoutMs, Promise.race([replyFrom(lines), failed]))
  const sendCommand = (command: string) => {
    socket.write(`${command}\r\n`)
    return nextReply()
  }
  try {
    const greeting = await nextReply()
    if (!greeting.startsWith('220')) return { greeting, rcptReply: '' }
    await sendCommand(`${protocol === 'lmtp' ? 'LHLO' : 'EHLO'} doctor.localhost`)
    await sendCommand('MAIL FROM:<>')
    return { greeting, rcptReply: await sendCommand(`RCPT TO:<${recipient}>`) }
  } finally {
    socket.end('QUIT\r\n')
    setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS).unref()
  }
}

const CLOSE_TIMEOUT_MS = 1000

/** Where somebody who listens on every address of this machine is found. */
const reachableHost = (host: string): string => ({ '0.0.0.0': '127.0.0.1', '::': '::1' })[host] ?? host

/** The last line of an answer, which may have several. */
async function replyFrom(lines: AsyncIterator<string>): Promise<string> {
  for (;;) {
    const { value, done } = await lines.next()
    if (done) throw new Error('the connection was closed without an answer')
    if (!/^\d{3}-/.test(value)) return value
  }
}
