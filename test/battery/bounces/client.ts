import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

/** An email for the bounce domain. */
export interface Coming {
  to: string
  raw: Buffer
}

export interface Brought<T extends Coming = Coming> {
  /** Answered with 250. */
  taken: T[]
  /** Answered with 5xx. */
  refused: T[]
  /** How often one was brought again. */
  again: number
}

interface BringOptions<T extends Coming> {
  port: number
  channel: 'lmtp' | 'smtp'
  connections?: number
  /** Told of each 250 as it comes. */
  onTaken?: (mail: T) => void
}

const AGAIN_AFTER_MS = 50
const MAX_SILENCE_MS = 120_000

/** As SMTP servers do: an email that gets neither 250 nor 5xx is sent again until it does. */
export async function bring<T extends Coming>(
  mails: readonly T[],
  { port, channel, connections = 1, onTaken }: BringOptions<T>,
): Promise<Brought<T>> {
  const waiting = [...mails]
  const brought: Brought<T> = { taken: [], refused: [], again: 0 }
  let settledAt = performance.now()
  const serve = async () => {
    let connection: Connection | undefined
    for (let mail = waiting.shift(); mail; mail = waiting.shift()) {
      try {
        connection ??= await openConnection(port, channel)
        const code = await connection.send(mail)
        if (code === 4) throw new Error('try again later')
        settledAt = performance.now()
        brought[code === 2 ? 'taken' : 'refused'].push(mail)
        if (code === 2) onTaken?.(mail)
      } catch (error) {
        if (performance.now() - settledAt > MAX_SILENCE_MS) throw error
        connection?.end()
        connection = undefined
        brought.again++
        waiting.push(mail)
        await sleep(AGAIN_AFTER_MS)
      }
    }
    connection?.end()
  }
  await Promise.all(Array.from({ length: connections }, serve))
  return brought
}

interface Connection {
  /** The first digit of the final reply. Throws if no reply comes. */
  send(mail: Coming): Promise<2 | 4 | 5>
  end(): void
}

/** Throws if no server replies. */
async function openConnection(port: number, channel: 'lmtp' | 'smtp'): Promise<Connection> {
  const socket = connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  const answer = answersOf(socket)
  const say = (line: string | Buffer) => {
    socket.write(line)
    return answer()
  }
  await answer()
  await say(`${channel === 'lmtp' ? 'LHLO' : 'EHLO'} relay.example\r\n`)
  return {
    send: async ({ to, raw }) => {
      const asked = [await say('MAIL FROM:<>\r\n'), await say(`RCPT TO:<${to}>\r\n`)]
      const no = asked.find((code) => code !== 2)
      if (no) {
        await say('RSET\r\n')
        return no
      }
      await say('DATA\r\n')
      return say(Buffer.concat([escaped(raw), Buffer.from('\r\n.\r\n')]))
    },
    end: () => socket.destroy(),
  }
}

/** A dot at the beginning of a line is doubled (RFC 5321, 4.5.2). */
const escaped = (raw: Buffer): Buffer =>
  Buffer.from(raw.toString('latin1').replace(/(^|\r\n)\./g, '$1..'), 'latin1')

/** Returns the first digit of each reply, one after the other. */
function answersOf(socket: Socket): () => Promise<2 | 4 | 5> {
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const gone = once(socket, 'close')
  // A client that waits for no reply does not notice that the other side is gone.
  socket.on('error', () => {})
  gone.catch(() => {})
  return async () => {
    for (;;) {
      const { value = '', done } = await lines.next()
      if (done) throw new Error('no answer')
      if (/^\d{3} /.test(value)) return value.startsWith('3') ? 2 : (Number(value[0]) as 2 | 4 | 5)
    }
  }
}
