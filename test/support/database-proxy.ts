import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** pass; black-hole: takes every byte and lets none through, for ever, while the connection stays open. */
type Mode = 'pass' | 'black-hole'

export interface DatabaseProxy {
  /** The database's address, through this proxy. */
  url: string
  /** How many connections came so far. */
  count(): number
  /** Makes black holes of the connections that are open now; later ones pass. */
  swallow(): void
  /** How it treats connections from now on; those that are open stay as they are. */
  treatNew(mode: Mode): void
  /** Ends the connections that are open now: without a word (FIN), or with a reset (RST). */
  cut(how: 'end' | 'reset'): void
  /** What the database says from now on is followed, in the same breath, by its farewell. */
  bidFarewell(): void
  /** Connects new connections to the database at that address from now on. */
  leadTo(url: string): void
  /** Milliseconds that each piece of data is held back, both ways, from now on. */
  delay(ms: number): void
  close(): Promise<void>
}

const NOTHING: Buffer = Buffer.alloc(0)

interface Pair {
  near: Socket
  far: Socket
  mode: Mode
}

/** A way to a database that may break as networks do. */
export async function startDatabaseProxy(url: string): Promise<DatabaseProxy> {
  let { hostname, port } = new URL(url)
  const pairs = new Set<Pair>()
  let mode: Mode = 'pass'
  let delayMs = 0
  let last = NOTHING
  let count = 0
  const server = createServer((near) => {
    const pair: Pair = { near, far: connect(Number(port), hostname), mode }
    pairs.add(pair)
    count++
    join(pair, pair.near, pair.far, { delayMs: () => delayMs })
    join(pair, pair.far, pair.near, { delayMs: () => delayMs, last: () => last })
    near.once('close', () => pairs.delete(pair))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port: own } = server.address() as AddressInfo
  return {
    url: Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(own) }).href,
    count: () => count,
    swallow: () => {
      for (const pair of pairs) pair.mode = 'black-hole'
    },
    treatNew: (next) => {
      mode = next
    },
    cut: (how) => {
      for (const pair of pairs) how === 'reset' ? pair.near.resetAndDestroy() : end(pair)
    },
    bidFarewell: () => {
      last = farewell()
    },
    leadTo: (next) => {
      ;({ hostname, port } = new URL(next))
    },
    delay: (ms) => {
      delayMs = ms
    },
    close: () => {
      for (const { near, far } of pairs) for (const socket of [near, far]) socket.destroy()
      return new Promise((closed) => server.close(() => closed()))
    },
  }
}

// Reads on until the client closes too: closing with bytes unread would be a reset.
function end(pair: Pair): void {
  pair.mode = 'black-hole'
  pair.near.once('close', () => pair.far.destroy())
  pair.near.end()
}

/** What `from` says goes to `to`, and so does its end, unless the pair is a black hole. */
function join(
  pair: Pair,
  from: Socket,
  to: Socket,
  { delayMs, last = () => NOTHING }: { delayMs: () => number; last?: () => Buffer },
): void {
  const pass = (act: () => void) => {
    const unlessSwallowed = () => {
      if (pair.mode === 'pass') act()
    }
    if (delayMs() > 0) setTimeout(unlessSwallowed, delayMs())
    else unlessSwallowed()
  }
  from.on('data', (data) => pass(() => to.writable && to.write(Buffer.concat([data, last()]))))
  from.on('error', () => {}) // its close follows
  from.on('close', () => pass(() => to.destroy()))
}

/** ErrorResponse: https://www.postgresql.org/docs/current/protocol-error-fields.html */
function farewell(): Buffer {
  const fields = ['SFATAL', 'VFATAL', 'C57P01', 'Mterminating connection due to administrator command', '']
  const body = Buffer.from(`${fields.join('\0')}\0`)
  const head = Buffer.from('E\0\0\0\0')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}
