import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { ListenAddress } from '../../config/setting-schemas.ts'
import { withTimeout } from '../../core/clock.ts'

export interface ListenerRequest {
  address: ListenAddress
  protocol: 'lmtp' | 'smtp'
  /** Recipient of the RCPT command. */
  recipient: string
  timeoutMs: number
}

/** The greeting and the reply to RCPT; no email is sent. Rejects if the listener does not respond. */
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
  failed.catch(() => {}) // it may fail after the last reply
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

/** An address at which a listener on all interfaces of this machine is reachable. */
const reachableHost = (host: string): string => ({ '0.0.0.0': '127.0.0.1', '::': '::1' })[host] ?? host

/** The last line of a reply, which may have several lines. */
async function replyFrom(lines: AsyncIterator<string>): Promise<string> {
  for (;;) {
    const { value, done } = await lines.next()
    if (done) throw new Error('the connection was closed without an answer')
    if (!/^\d{3}-/.test(value)) return value
  }
}
