import { Socket } from 'node:net'
import pg from 'pg'

/** How long a connection may take until the server's first reply. */
export const CONNECT_MS = 10_000
/** How long the pool keeps a connection that it does not need. */
const IDLE_MS = 10_000
/** How long a statement of a service may take, by default. */
const MAX_SILENCE_MS = 90_000

/** A connection whose server is gone ends after 20 s (Node.js tries ten times), however long its statement takes. */
export const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 }

/**
 * Options of a pool whose connections end after `maxSilenceMs` without a byte. Otherwise a connection that lost what we
 * wrote would never fail (battery: D2-away). pg's query_timeout rejects the statement but leaves its connection in the
 * pool, and the server's statement_timeout does not reach a client that it can no longer reach.
 */
export const connectionOptions = (url: string, maxSilenceMs = MAX_SILENCE_MS): pg.PoolConfig => ({
  connectionString: url,
  Client: PooledClient,
  idleTimeoutMillis: Math.min(IDLE_MS, maxSilenceMs / 2), // before its silence counts as an error
  ...KEEP_ALIVE,
  stream: () => socketWithLimit(maxSilenceMs),
})

/** On its way out of the pool, a connection has no listener for a moment, and an unhandled error ends the process. */
class PooledClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config)
    this.on('error', () => {})
  }
}

function socketWithLimit(maxSilenceMs: number): Socket {
  const socket = new Socket()
  socket.setTimeout(Math.min(CONNECT_MS, maxSilenceMs), () => socket.destroy(silenceError()))
  socket.once('data', () => socket.setTimeout(maxSilenceMs))
  return socket
}

/** In the form of a network error, which Prisma's adapter recognises. */
const silenceError = () =>
  Object.assign(new Error('the database stopped answering'), {
    code: 'ETIMEDOUT',
    syscall: 'read',
    errno: -110,
  })
