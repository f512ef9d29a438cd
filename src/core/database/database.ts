import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { Prisma, PrismaClient } from '../../generated/prisma/client.ts'
import { errorText, Fault } from '../errors.ts'
import type { Log } from '../log.ts'
import { connectionOptions } from './connection.ts'
import { isDriverError, limitTransactions, withErrorCodes } from './driver-adapter.ts'

/** The client, or a transaction on it. The transactions of a transaction are savepoints. */
export type Database = Prisma.TransactionClient

export interface OpenDatabase {
  db: PrismaClient
  url: string
  close(): Promise<void>
}

/** True for an error of the database or of the connection to it; false for an error of the calling code. */
export const isDatabaseFault = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError ||
  isDriverError(error) ||
  error instanceof Prisma.PrismaClientUnknownRequestError ||
  error instanceof Prisma.PrismaClientInitializationError

// Classes of SQLSTATE that a retry may cure: connection, rollback, resources, lock, shutdown, system.
const TRANSIENT_CLASSES = /^(08|40|53|55|57|58)/

/** True if the database did not respond and may do so later; false if it rejected the statement. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof Fault) return error.code === 'database.unreachable'
  if (!isDatabaseFault(error)) return false
  const code = sqlStateOf(error)
  if (code) return TRANSIENT_CLASSES.test(code)
  return !(error instanceof Prisma.PrismaClientKnownRequestError) || /^P(1|2010|2024|2028)/.test(error.code)
}

// Classes of SQLSTATE that blame the values of a row: data exception, constraint violation, program limit exceeded.
const ROW_DATA_CLASSES = /^(22|23|54)/

/** True if the database rejected the values to store; it may accept other values of the same form. */
export const isDataRejection = (error: unknown): boolean => ROW_DATA_CLASSES.test(sqlStateOf(error) ?? '')

function sqlStateOf(error: unknown): string | undefined {
  if (isDriverError(error)) return error.cause.originalCode
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return undefined
  const { cause } = (error.meta?.driverAdapterError ?? {}) as { cause?: { originalCode?: string } }
  return cause?.originalCode
}

/** database.unreachable, with the driver's last line, if the database did not respond; else `error` itself. */
export const wrapIfUnavailable = (error: unknown): unknown =>
  isDatabaseUnavailable(error) && !(error instanceof Fault) ? databaseUnreachable(error) : error

/** Wraps an error that occurred before the database could respond. */
export function databaseUnreachable(error: unknown): Fault {
  const what = errorText(error).trim().split('\n').at(-1) || String((error as { code?: string }).code)
  return new Fault('database.unreachable', { what }, { cause: error })
}

/**
 * Milliseconds that a transaction waits for a connection, and then may take. Prisma's defaults, 2 and 5 seconds, would
 * abort transactions that are only delayed by a busy machine.
 */
const TRANSACTION_LIMITS = { maxWait: 10_000, timeout: 15_000 }

/** For a transaction that changes a batch of rows. A new object each time, because Prisma writes into it. */
export const batchLimits = () => ({ maxWait: 120_000, timeout: 120_000 })

/** For a transaction that may change a row of every subscriber. */
export const longLimits = () => ({ maxWait: 600_000, timeout: 600_000 })

/** Values as JSON for a parameter of the type text[], whose texts the statement casts to jsonb. */
export const jsonTexts = (values: readonly unknown[]): (string | null)[] =>
  values.map((value) => (value === null || value === undefined ? null : JSON.stringify(value)))

export const DEFAULT_CONNECTIONS = 10

/**
 * Statements that begin with this comment are prepared once per connection, because Postgres plans them longer than it
 * executes them. Only for constant text, and for plans that stay good while a table grows: Postgres keeps them until
 * the next ANALYZE.
 */
const PREPARED = /^\s*\/\* prepared: ([\w-]+) \*\//

export interface PoolOptions {
  /** The most that this process keeps open. */
  connections?: number
  /** How many of them transactions may take; all of them by default. */
  maxTransactions?: number
  /** See connectionOptions. No limit by default. */
  maxSilenceMs?: number
}

export function openDatabase(
  url: string,
  log: Log,
  { connections = DEFAULT_CONNECTIONS, maxTransactions = connections, maxSilenceMs }: PoolOptions = {},
): OpenDatabase {
  const pool = new pg.Pool({
    ...connectionOptions(url, maxSilenceMs),
    max: connections,
    application_name: 'daily-papers',
  })
  // Without a listener, this process would end when the server closes an idle connection.
  pool.on('error', (error) => log.error('database.error', { what: errorText(error) }))
  const adapter = new PrismaPg(pool, { statementNameGenerator: ({ sql }) => PREPARED.exec(sql)?.[1] ?? '' })
  const db = new PrismaClient({
    adapter: withErrorCodes(limitTransactions(adapter, maxTransactions)),
    transactionOptions: TRANSACTION_LIMITS,
  })
  return {
    db,
    url,
    close: async () => {
      await db.$disconnect()
      if (!pool.ended) await pool.end()
    },
  }
}
