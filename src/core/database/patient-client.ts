import { Socket } from 'node:net'
import pg from 'pg'
import { stopwatch } from '../clock.ts'

/** How long what cannot be asked after is waited for: behind a pooler, or with every connection of the server taken. */
const MAX_DURATION_MS = 600_000
const LOOKS = 4
const TIMES_LOST = 2

export interface Patience {
  /** Milliseconds without a byte after which a connection that owes an answer is asked after. */
  quietMs: number
  /** Milliseconds after which it is given up where nobody can say; 10 minutes unless said otherwise. */
  longestMs?: number
}

export const PATIENCE: Patience = { quietMs: 10_000 }

/**
 * A pg.Client that waits for a statement as long as the server works on it, and no longer. Node.js can set no
 * TCP_USER_TIMEOUT, and a time limit for every statement would end long ones that still run. So, after a connection has
 * been silent for a while, a second connection asks the server about it. If the server does not reply there, or is not
 * working on the first one, the first one fails like any broken connection.
 */
export function patientClient(url: string, { quietMs, longestMs = MAX_DURATION_MS }: Patience) {
  return class extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      const socket = new Socket()
      super({ ...config, stream: () => socket })
      // Between a pool and whoever it is handed to nobody listens for a moment, and an unheard error ends the process.
      this.on('error', () => {})
      attend(this, socket, { quietMs, longestMs, ask: () => askAfter(url, processOf(this), quietMs) })
    }
  }
}

/** away: no answer; lost: not at work for this connection; unknown: nobody can say. */
type State = 'working' | 'lost' | 'away' | 'unknown'

interface Attention extends Required<Patience> {
  ask(): Promise<State>
}

function attend(client: pg.Client, socket: Socket, { quietMs, longestMs, ask }: Attention): void {
  let connected = false
  // Bytes written when the last answer was whole, and read at the last look.
  let settled = 0
  let heard = 0
  let quietSince = stopwatch()
  let timesLost = 0
  let asking = false
  client.once('connect', () => {
    connected = true
    settled = socket.bytesWritten
  })
  client.on('drain', () => {
    settled = socket.bytesWritten
  })
  const isQuiet = () => socket.bytesRead === heard && (!connected || socket.bytesWritten > settled)

  const look = async () => {
    if (!isQuiet()) {
      heard = socket.bytesRead
      quietSince = stopwatch()
      timesLost = 0
    }
    if (asking || stopwatch() - quietSince < quietMs) return
    asking = true
    const state = connected ? await ask() : 'lost'
    asking = false
    timesLost = state === 'lost' ? timesLost + 1 : 0
    const isOver = state === 'away' || timesLost === TIMES_LOST || stopwatch() - quietSince > longestMs
    // Its answer may have come meanwhile.
    if (isOver && state !== 'working' && isQuiet()) socket.destroy(silent())
  }
  const timer = setInterval(() => void look(), quietMs / LOOKS)
  timer.unref()
  socket.once('close', () => clearInterval(timer))
}

/** Where the server has gone, or forgotten this connection: as if the network had said so. */
const silent = () =>
  Object.assign(new Error('the database stopped answering'), {
    code: 'ETIMEDOUT',
    syscall: 'read',
    errno: -110,
  })

/** Its process on the server, as the server told when it connected. */
const processOf = (client: pg.Client): number => (client as pg.Client & { processID: number }).processID

async function askAfter(url: string, processId: number, withinMs: number): Promise<State> {
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
    return stateIn(rows[0], processOf(client))
  } catch (error) {
    // An answer of the server's own, such as too many connections: it is there.
    return error instanceof pg.DatabaseError ? 'unknown' : 'away'
  } finally {
    void client.end()
  }
}

function stateIn({ own, state }: { own: number; state: string | null }, told: number): State {
  // A pooler tells numbers of its own.
  if (own !== told) return 'unknown'
  return state === null || state.startsWith('idle') ? 'lost' : 'working'
}
