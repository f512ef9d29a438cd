import { Socket } from 'node:net'
import pg from 'pg'
import { monotonicMs } from '../clock.ts'

/** How long what cannot be asked after is waited for: behind a pooler, or with every connection of the server taken. */
const MAX_DURATION_MS = 600_000
const CHECKS_PER_SILENCE = 4
const MAX_TIMES_LOST = 2

export interface WatchdogOptions {
  /** Milliseconds without a byte after which a connection that owes an answer is asked after. */
  silenceMs: number
  /** Milliseconds after which it is given up where nobody can say; 10 minutes unless said otherwise. */
  maxWaitMs?: number
}

export const WATCHDOG_DEFAULTS: WatchdogOptions = { silenceMs: 10_000 }

/**
 * A pg.Client that waits for a statement as long as the server works on it, and no longer. Node.js can set no
 * TCP_USER_TIMEOUT, and a time limit for every statement would end long ones that still run. So, after a connection has
 * been silent for a while, a second connection asks the server about it. If the server does not reply there, or is not
 * working on the first one, the first one fails like any broken connection.
 */
export function watchdogClient(url: string, { silenceMs, maxWaitMs = MAX_DURATION_MS }: WatchdogOptions) {
  return class extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      const socket = new Socket()
      super({ ...config, stream: () => socket })
      // Between a pool and whoever it is handed to nobody listens for a moment, and an unheard error ends the process.
      this.on('error', () => {})
      watchConnection(this, socket, {
        silenceMs,
        maxWaitMs,
        probe: () => probeBackend(url, backendPidOf(this), silenceMs),
      })
    }
  }
}

/** away: no answer; lost: not at work for this connection; unknown: nobody can say. */
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
  // Bytes written when the last answer was whole, and read at the last look.
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
    // Its answer may have come meanwhile.
    if (isOver && state !== 'working' && isSilent()) socket.destroy(silenceError())
  }
  const timer = setInterval(() => void check(), silenceMs / CHECKS_PER_SILENCE)
  timer.unref()
  socket.once('close', () => clearInterval(timer))
}

/** Where the server has gone, or forgotten this connection: as if the network had said so. */
const silenceError = () =>
  Object.assign(new Error('the database stopped answering'), {
    code: 'ETIMEDOUT',
    syscall: 'read',
    errno: -110,
  })

/** Its process on the server, as the server told when it connected. */
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
    // An answer of the server's own, such as too many connections: it is there.
    return error instanceof pg.DatabaseError ? 'unknown' : 'away'
  } finally {
    void client.end()
  }
}

function toBackendState(
  { own, state }: { own: number; state: string | null },
  expectedPid: number,
): BackendState {
  // A pooler tells numbers of its own.
  if (own !== expectedPid) return 'unknown'
  return state === null || state.startsWith('idle') ? 'lost' : 'working'
}
