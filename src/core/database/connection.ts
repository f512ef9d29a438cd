import { Socket } from 'node:net'
import pg from 'pg'

/** Milliseconds until a new connection must be open. */
const CONNECT_MS = 10_000

/**
 * In milliseconds: a service closes a connection after a minute without a byte, so that one which the network dropped
 * silently does not block it. A statement of a service that takes longer fails; those of commands may take longer.
 */
export const MAX_SILENCE_MS = 60_000

/** pg-pool listens to no client that it is removing, and an error without a listener would end the process. */
class Client extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config)
    this.on('error', () => {}) // its queries reject
  }
}

/** Settings of a connection to the database. It is closed after `maxSilenceMs` without a byte, never if that is 0. */
export const connectionOptions = (url: string, maxSilenceMs = 0): pg.PoolConfig => ({
  connectionString: url,
  connectionTimeoutMillis: CONNECT_MS,
  keepAlive: true,
  Client,
  ...(maxSilenceMs > 0 && { stream: () => closedBySilence(maxSilenceMs) }),
})

function closedBySilence(ms: number): Socket {
  const socket = new Socket()
  return socket.setTimeout(ms, () => socket.destroy(silenceError()))
}

/** In the form of a network error, which Prisma's adapter recognises. */
const silenceError = () =>
  Object.assign(new Error('the database stopped responding'), {
    code: 'ETIMEDOUT',
    syscall: 'read',
    errno: -110,
  })
