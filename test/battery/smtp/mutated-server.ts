import { type AddressInfo, createServer, type Socket } from 'node:net'
import { randomFrom } from '../bench/seeded-random.ts'
import { mutate } from './mutations.ts'

/** What the server records of an email whose dot it received. */
interface Dot {
  /** Everything that it sent from the dot to the next command, or the end: a letter for each byte. */
  sent: string
  /** Every reply of this connection was correct until then, and at the dot. */
  wasGood: boolean
}

export interface MutatedServer {
  port: number
  /** By the id of the email. */
  dots: Map<string, Dot>
  /** The number of mutated replies. */
  mutated: number
  /** Of each connection, in order. */
  greetings: string[]
  close(): Promise<void>
}

/** How many replies are correct. */
const LEFT_GOOD = 0.9
const END_OF_MAIL = '\r\n.\r\n'
const GOOD: Record<string, string> = {
  EHLO: '250-mutated\r\n250 OK\r\n',
  HELO: '250 mutated\r\n',
  MAIL: '250 2.1.0 sender ok\r\n',
  RCPT: '250 2.1.5 recipient ok\r\n',
  DATA: '354 go on\r\n',
  RSET: '250 2.0.0 reset\r\n',
  QUIT: '221 2.0.0 bye\r\n',
}
const GREETING = '220 mutated ESMTP\r\n'
const PIPELINING = '250-mutated\r\n250-PIPELINING\r\n250 OK\r\n'
const ACCEPTED = '250 2.0.0 accepted\r\n'
const UNKNOWN = '500 5.5.1 what?\r\n'

/**
 * Replies to each connection by its number and the seed: one in ten is mutated, or by another share. Every other connection
 * can pipeline.
 */
export async function startMutatedServer(seed: number, leftGood = LEFT_GOOD): Promise<MutatedServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    socket.setNoDelay(true)
    const random = randomFrom(seed + 7919 * ++connections)
    talk(socket, known, { random, leftGood, canPipeline: connections % 2 === 0 })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const known: MutatedServer = {
    port: (server.address() as AddressInfo).port,
    dots: new Map(),
    mutated: 0,
    greetings: [],
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((closed) => server.close(closed))
    },
  }
  return known
}

interface Replies {
  random: () => number
  leftGood: number
  canPipeline: boolean
}

function talk(socket: Socket, known: MutatedServer, { random, leftGood, canPipeline }: Replies): void {
  let buffer = ''
  let inBody = false
  let isGood = true
  let dot: Dot | undefined

  /** Sends the replies to commands that arrived together, together. */
  let out = ''
  const send = (good: string): string => {
    const text = random() < leftGood ? good : mutate(good, random)
    if (text !== good) {
      isGood = false
      known.mutated++
    }
    out += text
    if (dot) dot.sent += text
    return text
  }
  const flush = () => {
    const end = random()
    if (isGood || end < 0.8) socket.write(out, 'latin1')
    else if (end < 0.95) socket.end(out, 'latin1')
    else socket.resetAndDestroy()
    out = ''
  }
  const onCommand = (line: string) => {
    dot = undefined
    const command = line.slice(0, 4).toUpperCase()
    const good = command === 'EHLO' && canPipeline ? PIPELINING : (GOOD[command] ?? UNKNOWN)
    const reply = send(good)
    inBody = command === 'DATA' && !/^[45]\d\d /.test(reply)
  }
  const onBody = (text: string) => {
    inBody = false
    dot = { sent: '', wasGood: false }
    known.dots.set(text.match(/^Message-ID: <(\d+)@/m)?.[1] ?? '', dot)
    send(ACCEPTED)
    dot.wasGood = isGood
  }

  known.greetings.push(send(GREETING))
  flush()
  socket.setEncoding('latin1')
  socket.on('data', (chunk) => {
    buffer += chunk
    for (;;) {
      if (inBody && buffer.startsWith('.\r\n')) buffer = `\r\n${buffer}` // an empty email
      const end = buffer.indexOf(inBody ? END_OF_MAIL : '\r\n')
      if (end < 0) break
      const part = buffer.slice(0, end)
      buffer = buffer.slice(end + (inBody ? END_OF_MAIL.length : 2))
      if (inBody) onBody(part)
      else onCommand(part)
    }
    if (out !== '') flush()
  })
}
