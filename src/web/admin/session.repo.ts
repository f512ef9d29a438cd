import { createHmac } from 'node:crypto'
import type { SessionStore } from '@fastify/session'
import type { Session } from 'fastify'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import type { Prisma } from '../../generated/prisma/client.ts'

/** Who logged in, and what they may do. */
export interface SessionOperator {
  /** For the operator's log, never an address; empty after the password, which names nobody. */
  name: string
  mayChange: boolean
  /** The key of the login method, or PASSWORD_KEY. */
  loginKey: string
  /** When the session ends at the latest, in ms; by default, some hours after the login. */
  endsAt?: number
}

export const PASSWORD_KEY = 'password'

declare module 'fastify' {
  interface Session {
    /** When the operator logged in, in ms; undefined if they did not. */
    startedAt?: number
    /** The minute of the last request, in ms. */
    seenAt?: number
    /** The login happened in this request. */
    fresh?: boolean
    /** Set by every login. A session without one may do nothing. */
    operator?: SessionOperator
  }
}

const IDLE_MS = 30 * MINUTE_MS
const MAX_DURATION_MS = 12 * HOUR_MS
/** The demo's clock jumps from day to day, and a new login for each would be a nuisance. */
const DEMO_MS = 365 * DAY_MS

/**
 * Sessions, shared by all processes. A row is found by a keyed hash of the cookie, and the key is derived from
 * ADMIN_PASSWORD and APP_SECRET: after a change of password no row is found, and a row does not reveal a cookie.
 */
export function openSessionStore({ config, db, clock }: Deps): SessionStore {
  const key = createHmac('sha256', config.APP_SECRET[0]!)
    .update(`admin ${config.ADMIN_PASSWORD ?? ''}`)
    .digest()
  const [idleMs, maxDurationMs] = config.demo ? [DEMO_MS, DEMO_MS] : [IDLE_MS, MAX_DURATION_MS]
  const idOf = (cookie: string): string => createHmac('sha256', key).update(cookie).digest('hex')

  async function read(cookie: string): Promise<Session | null> {
    const row = await db.adminSession.findUnique({ where: { id: idOf(cookie) } })
    return row && row.expiresAt > clock.now() ? (row.data as unknown as Session) : null
  }

  async function write(cookie: string, { cookie: _, fresh, ...data }: Session): Promise<void> {
    const { startedAt, seenAt = 0, operator } = data
    if (startedAt === undefined) return
    const endsAt = operator?.endsAt ?? startedAt + maxDurationMs
    const expiresAt = new Date(Math.min(seenAt + idleMs, endsAt))
    const [id, values] = [idOf(cookie), { data: data as Prisma.InputJsonObject, expiresAt }]
    // A request that runs during a logout must not restore the row.
    if (!fresh) return void (await db.adminSession.updateMany({ where: { id }, data: values }))
    await db.adminSession.deleteMany({ where: { expiresAt: { lte: clock.now() } } })
    await db.adminSession.upsert({ where: { id }, create: { id, ...values }, update: values })
  }

  return {
    get: (cookie, done) => void read(cookie).then((session) => done(null, session), done),
    set: (cookie, session, done) => void write(cookie, session).then(() => done(), done),
    destroy: (cookie, done) =>
      void db.adminSession.deleteMany({ where: { id: idOf(cookie) } }).then(() => done(), done),
  }
}
