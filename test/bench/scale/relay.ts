// relay.ts ADDRESS PORT DELAY-MS: an SMTP server that accepts every email after a delay, and keeps none. It looks only at
// the ends of what arrives, because it must take little of the processor. It prints its counts four times a second.
import { createServer, type Socket } from 'node:net'

/** What it prints, one line each time. */
export interface RelayCounts {
  emails: number
  /** Of their bodies. */
  bytes: number
  /** Connections at this moment. */
  open: number
}

const PRINT_EVERY_MS = 250
const END = Buffer.from('\r\n.\r\n')
const REPLIES: Record<string, string> = {
  EHLO: '250-relay\r\n250 8BITMIME\r\n',
  HELO: '250 relay\r\n',
  DATA: '354 go on\r\n',
  QUIT: '221 bye\r\n',
}

const [address, port, delayMs] = process.argv.slice(2)
const counts: RelayCounts = { emails: 0, bytes: 0, open: 0 }

/** Clients wait for each reply, because the server offers no PIPELINING: a chunk never holds two commands. */
function talk(socket: Socket): void {
  let isBody = false
  let tail: Buffer = Buffer.alloc(0)
  socket.setNoDelay(true)
  socket.on('error', () => {}) // senders are stopped
  socket.on('data', (chunk) => {
    if (!isBody) {
      const command = chunk.toString('latin1', 0, 4).toUpperCase()
      isBody = command === 'DATA'
      return void socket.write(REPLIES[command] ?? '250 ok\r\n')
    }
    counts.bytes += chunk.length
    tail =
      chunk.length >= END.length
        ? chunk.subarray(-END.length)
        : Buffer.concat([tail, chunk]).subarray(-END.length)
    if (!tail.equals(END)) return
    isBody = false
    setTimeout(() => {
      counts.emails++
      socket.write('250 2.0.0 accepted\r\n')
    }, Number(delayMs))
  })
  socket.write('220 relay\r\n')
}

const server = createServer((socket) => {
  counts.open++
  socket.on('close', () => counts.open--)
  talk(socket)
})
server.listen({ host: address, port: Number(port), backlog: 2000 })
setInterval(() => console.log(JSON.stringify(counts)), PRINT_EVERY_MS)
