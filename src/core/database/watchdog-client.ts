import { Socket } from 'node:net'
import pg from 'pg'
import { monotonicMs } from '../clock.ts'

/** How long to wait if the check cannot decide: behind a pooler, or if all connections of the server are taken. */
const MAX_WAIT_MS = 600_000
const CHECKS_PER_SILENCE = 4
const MAX_TIMES_LOST = 2

export interface WatchdogOptions {
  /** Milliseconds without a byte after which we check a connection that waits for a reply. */
  silenceMs: number
  /** Milliseconds after which the connection is closed if the check cannot decide; 10 minutes by default. */
  maxWaitMs?: number
}

export const WATCHDOG_DEFAULTS: WatchdogOptions = { silenceMs: 10_000 }

/**
 * A pg.Client that waits for a statement as long as the server works on it, and no longer. Node.js cannot set
 * TCP_USER_TIMEOUT, and a time limit for every statement would end long ones that still run. So, after a connection has
 * been silent for a while, a second connection asks the server about it. If the server does not reply there, or is not
 * working on the first one, the first one fails like any broken connection.
 */
export function watchdogClient(url: string, { silenceMs, maxWaitMs = MAX_WAIT_MS }: WatchdogOptions) {
  return class extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      const socket = new Socket()
      super({ ...config, stream: () => socket })
      // A connection on its way out of the pool has no listener for a moment, and an unhandled error ends the process.
      this.on('error', () => {})
      watchConnection(this, socket, {
        silenceMs,
        maxWaitMs,
        probe: () => probeBackend(url, backendPidOf(this), silenceMs),
      })
    }
  }
}

/** away: no reply; lost: the server does not work for this connection; unknown: the check cannot decide. */
type BackendState = 'working' | 'lost' | 'away' | 'unknown'

interface WatchInput extends Required<WatchdogOptions> {
  probe(): Promise<BackendState>
}

function watchConnection(
  client: pg.Client,
  socket: Socket,
  { silenceMs, maxWaitMs, probe }: WatchInput,
): void {
  let connected = false
  // Bytes written when the last reply was complete, and bytes read at the last check.
  let writtenAtLastReply = 0
  let readAtLastCheck = 0
  let silentSince = monotonicMs()
  let timesLost = 0
  let isProbing = false
  client.once('connect', () => {
    connected = true
    writtenAtLastReply = socket.bytesWritten
  })
  client.on('drain', () => {
    writtenAtLastReply = socket.bytesWritten
  })
  const isSilent = () =>
    socket.bytesRead === readAtLastCheck && (!connected || socket.bytesWritten > writtenAtLastReply)

  const check = async () => {
    if (!isSilent()) {
      readAtLastCheck = socket.bytesRead
      silentSince = monotonicMs()
      timesLost = 0
    }
    if (isProbing || monotonicMs() - silentSince < silenceMs) return
    isProbing = true
    const state = connected ? await probe() : 'lost'
    isProbing = false
    timesLost = state === 'lost' ? timesLost + 1 : 0
    const isOver = state === 'away' || timesLost === MAX_TIMES_LOST || monotonicMs() - silentSince > maxWaitMs
    // The reply may have arrived during the check.
    if (isOver && state !== 'working' && isSilent()) socket.destroy(silenceError())
  }
  const timer = setInterval(() => void check(), silenceMs / CHECKS_PER_SILENCE)
  timer.unref()
  socket.once('close', () => clearInterval(timer))
}

/** The error of a connection that the server has dropped or forgotten, in the form of a network error. */
const silenceError = () =>
  Object.assign(new Error('the database stopped answering'), {
    code: 'ETIMEDOUT',
    syscall: 'read',
    errno: -110,
  })

/** Process id of its backend, which the server sent at connect. */
const backendPidOf = (client: pg.Client): number => (client as pg.Client & { processID: number }).processID

async function probeBackend(url: string, processId: number, withinMs: number): Promise<BackendState> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'daily-papers asking',
    connectionTimeoutMillis: withinMs,
    query_timeout: withinMs,
  })
  client.on('error', () => {}) // its query rejects
  try {
    await client.connect()
    const { rows } = await client.query(
      `select pg_backend_pid() as own, (select state from pg_stat_activity where pid = $1) as state`,
      [processId],
    )
    return toBackendState(rows[0], backendPidOf(client))
  } catch (error) {
    // The server itself replied, for example "too many connections": it is alive.
    return error instanceof pg.DatabaseError ? 'unknown' : 'away'
  } finally {
    void client.end()
  }
}

function toBackendState(
  { own, state }: { own: number; state: string | null },
  expectedPid: number,
): BackendState {
  // A pooler reports process ids of its own.
  if (own !== expectedPid) return 'unknown'
  return state === null || state.startsWith('idle') ? 'lost' : 'working'
}
