import { afterAll, beforeEach } from 'vitest'
import { readReports } from '../../src/bounces/read-reports.ts'
import { type Channel, insertReport } from '../../src/bounces/report.repo.ts'
import { openReportReader, type ReportReader } from '../../src/bounces/report-reader.ts'
import { readConfig } from '../../src/config/config.ts'
import { type MovableClock, stoppedClock } from '../../src/core/clock.ts'
import { DAY_MS, dayOf } from '../../src/core/dates.ts'
import type { Deps } from '../../src/core/deps.ts'
import { openLog } from '../../src/core/log.ts'
import { randomId } from '../../src/core/secrets.ts'
import { FEATURES } from '../../src/features/index.ts'
import { enqueue } from '../../src/mail/outbox/message.repo.ts'
import { addressHash } from '../../src/subscribers/address.ts'
import { returnAddress, returnToken } from '../../src/subscribers/return-address.ts'
import type { SubscriberState } from '../../src/subscribers/subscriber.ts'
import { emptyTables, useDatabase } from './database.ts'
import { acceptMessage, NOW } from './messages.ts'

export const BOUNCE_DOMAIN = 'bounce.papers.example'

/** An email that a relay accepted, and the addresses to which bounces of it go. */
export interface SentMail {
  id: string
  subscriberId: string
  address: string
  messageIdField: string
  token: string
  envelope: string
  unsubscribe: string
}

export interface BounceWorld {
  readonly deps: Deps & { reader: ReportReader }
  readonly clock: MovableClock
  readonly logged: Record<string, unknown>[]
  later(days: number): void
  /** A subscriber with that address, in that state, and an email to them that was accepted now. */
  sendTo(address: string, options?: { state?: SubscriberState; kind?: string }): Promise<SentMail>
  /** A report arrives, and all reports that wait are read. */
  receive(raw: Buffer, options?: { to?: string | null; channel?: Channel }): Promise<void>
  read(): Promise<number>
  stateOf(address: string): Promise<{ state: string; stateBefore: string | null; pausedUntil: Date | null }>
  suppressionOf(address: string): Promise<string | null>
  /** The rows of all reports, the newest last. */
  bounces(): Promise<{ class: string; effect: string; foundBy: string | null; messageId: string | null }[]>
}

/** A database and a reader in its own thread; the database is emptied before each test. */
export function useBounceWorld(): BounceWorld {
  const database = useDatabase()
  const reader = openReportReader()
  afterAll(() => reader.close())
  const config = readConfig({ BOUNCE_DOMAIN })
  const [secret = ''] = config.APP_SECRET
  const logged: Record<string, unknown>[] = []
  const log = openLog('info', { write: (line) => void logged.push(JSON.parse(line)) })
  let clock = stoppedClock(NOW)
  beforeEach(async () => {
    logged.length = 0
    clock = stoppedClock(NOW)
    await emptyTables(database.db)
  })
  const deps = () => ({
    config,
    clock,
    features: FEATURES,
    log,
    db: database.db,
    databaseUrl: database.url,
    reader,
  })
  const world: BounceWorld = {
    get deps() {
      return deps()
    },
    get clock() {
      return clock
    },
    logged,
    later: (days) => clock.moveTo(new Date(clock.now().getTime() + days * DAY_MS)),
    sendTo: async (address, { state = 'active', kind = 'note' } = {}) => {
      const { db } = database
      const now = clock.now()
      const known = await db.subscriber.findUnique({ where: { addressKey: address } })
      const subscriberId = known?.id ?? randomId(80)
      if (!known) {
        const hash = addressHash(address, config.SUPPRESSION_KEY)
        const isJoined = state === 'active' || state === 'paused'
        await db.subscriber.create({
          data: {
            id: subscriberId,
            address,
            addressKey: address,
            addressHash: hash,
            state,
            zone: 'UTC',
            hour: 8,
            days: ['mon', 'tue'],
            maxPapers: 15,
            createdAt: NOW,
            ...(isJoined && { confirmedAt: NOW, startDate: NOW }),
          },
        })
      }
      const dedupe = randomId(80)
      await enqueue(db, 'transactional', [
        {
          kind,
          dedupe,
          localDate: dayOf(now),
          subscriberId,
          toAddress: address,
          secretId: 'k1',
          content: { n: 1 },
          datedAt: now,
          notBefore: now,
          deadline: new Date(now.getTime() + DAY_MS),
        },
      ])
      const { id } = await db.message.findFirstOrThrow({ where: { dedupe } })
      await acceptMessage(db, { id, at: now })
      return {
        id,
        subscriberId,
        address,
        messageIdField: `<${kind}.${id}@localhost.example>`,
        token: returnToken({ purpose: 'bounce', id }, secret),
        envelope: returnAddress({ purpose: 'bounce', id }, secret, BOUNCE_DOMAIN),
        unsubscribe: returnAddress({ purpose: 'unsubscribe', id: subscriberId }, secret, BOUNCE_DOMAIN),
      }
    },
    receive: async (raw, { to = null, channel = 'lmtp' } = {}) => {
      await insertReport(database.db, { channel, recipient: to, raw, at: clock.now() })
      await world.read()
    },
    read: () => readReports(deps()),
    stateOf: (addressKey) =>
      database.db.subscriber.findUniqueOrThrow({
        where: { addressKey },
        select: { state: true, stateBefore: true, pausedUntil: true },
      }),
    suppressionOf: async (address) => {
      const hash = addressHash(address, config.SUPPRESSION_KEY)
      return (await database.db.suppression.findUnique({ where: { addressHash: hash } }))?.reason ?? null
    },
    bounces: () =>
      database.db.bounce.findMany({
        orderBy: [{ reportId: 'asc' }, { n: 'asc' }],
        select: { class: true, effect: true, foundBy: true, messageId: true },
      }),
  }
  return world
}
