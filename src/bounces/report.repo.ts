import { createHash } from 'node:crypto'
import type { Database } from '../core/database/database.ts'
import type { NewBounce } from './bounce.repo.ts'
import { PROVIDERS, type ProviderName, providerOf } from './providers/registry.ts'

/** An email arrives by one of these; any other report is the body of a webhook. */
const EMAIL_CHANNELS = ['lmtp', 'smtp', 'imap'] as const
export type Channel = (typeof EMAIL_CHANNELS)[number] | ProviderName
export const CHANNELS: readonly Channel[] = [...EMAIL_CHANNELS, ...PROVIDERS.map(({ name }) => name)]

export interface NewReport {
  channel: Channel
  /** Envelope recipient in BOUNCE_DOMAIN; null for a webhook. */
  recipient: string | null
  raw: Uint8Array
  at: Date
}

/** An email has the same hash on every channel, so that it counts once. A webhook body is hashed per provider. */
function hashOf({ channel, recipient, raw }: NewReport): string {
  const kind = providerOf(channel) ? channel : 'mail'
  return createHash('sha256')
    .update(`${kind}\0${recipient ?? ''}\0`)
    .update(raw)
    .digest('hex')
}

/** Stores a report before it is processed. False if it was stored before; then there is nothing to do. */
export async function insertReport(db: Database, report: NewReport): Promise<boolean> {
  const { channel, recipient, raw, at } = report
  const data = { hash: hashOf(report), channel, recipient, raw: Buffer.from(raw), bytes: raw.length, at }
  return (await db.report.createMany({ data, skipDuplicates: true })).count > 0
}

export interface TakenReport extends NewReport {
  id: number
  /** How often a process started to read it, including now. */
  attempts: number
}

const TAKEN_SECONDS = 60

/**
 * A lease: the oldest waiting report, for this process and one minute of the database's clock. If the process dies,
 * another one takes the report. Null if no report waits.
 */
export async function takeReport(db: Database): Promise<TakenReport | null> {
  const rows = await db.$queryRaw<TakenReport[]>`
    update report set attempts = attempts + 1, taken_until = now() + make_interval(secs => ${TAKEN_SECONDS}::float8)
    where id = (
      select id from report where state = 'waiting' and (taken_until is null or taken_until <= now())
      order by id limit 1 for update skip locked)
    returning id, channel, recipient, raw, at, attempts`
  return rows[0] ?? null
}

/** A lease: returns a report to the queue for a minute. Without `counts`, the attempt is not counted. */
export async function deferReport(
  db: Database,
  { id, counts }: { id: number; counts: boolean },
): Promise<void> {
  await db.$executeRaw`
    update report set attempts = attempts - ${counts ? 0 : 1}::int,
      taken_until = now() + make_interval(secs => ${TAKEN_SECONDS}::float8)
    where id = ${id} and state = 'waiting'`
}

/**
 * Ends a report with its result, and deletes its bytes and the address that it was sent to. Call it in the transaction
 * that applies its effect.
 */
export async function endReport(
  tx: Database,
  { id, state, now, bounces }: { id: number; state: 'read' | 'unreadable'; now: Date; bounces: NewBounce[] },
): Promise<void> {
  await tx.report.update({
    where: { id },
    data: { state, raw: null, recipient: null, readAt: now, takenUntil: null },
  })
  await tx.bounce.createMany({ data: bounces.map((one, n) => ({ reportId: id, n, ...one })) })
}

/** A claim: whether it still waits. No other process can end it until the transaction ends. */
export async function lockWaitingReport(tx: Database, id: number): Promise<boolean> {
  const rows = await tx.$queryRaw<
    unknown[]
  >`select 1 from report where id = ${id} and state = 'waiting' for update`
  return rows.length > 0
}

/** `oldest`: when the oldest one arrived; null if none waits. */
export async function waitingReports(db: Database) {
  const where = { state: 'waiting' as const }
  const { _count, _min } = await db.report.aggregate({ where, _count: true, _min: { at: true } })
  return { count: _count, oldest: _min.at }
}

export async function newestByChannel(db: Database): Promise<ReadonlyMap<string, Date>> {
  const rows = await db.report.groupBy({ by: ['channel'], _max: { at: true } })
  return new Map(rows.flatMap(({ channel, _max: { at } }) => (at ? [[channel, at] as const] : [])))
}

export const countUnreadable = (db: Database, from: Date): Promise<number> =>
  db.report.count({ where: { state: 'unreadable', at: { gte: from } } })
