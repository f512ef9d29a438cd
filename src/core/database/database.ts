import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { Prisma, PrismaClient } from '../../generated/prisma/client.ts'
import { errorText, Fault } from '../errors.ts'
import type { Log } from '../log.ts'
import { isDriverError, withErrorCodes } from './driver-errors.ts'
import { WATCHDOG_DEFAULTS, type WatchdogOptions, watchdogClient } from './watchdog-client.ts'

export type Database = PrismaClient
/** A Database, or a transaction on it. */
export type DatabaseOrTransaction = Prisma.TransactionClient

export interface OpenDatabase {
  db: Database
  url: string
  close(): Promise<void>
}

/** True for what the database or the way to it brought about, and not the code that asked. */
export const isDatabaseFault = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError ||
  isDriverError(error) ||
  error instanceof Prisma.PrismaClientUnknownRequestError ||
  error instanceof Prisma.PrismaClientInitializationError

// Classes of SQLSTATE that another try may cure: connection, rollback, resources, lock, shutdown, system.
const TRANSIENT_CLASSES = /^(08|40|53|55|57|58)/

/** True where the database did not answer, and may later; false where it refused what was asked. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!isDatabaseFault(error)) return false
  const code = sqlStateOf(error)
  if (code) return TRANSIENT_CLASSES.test(code)
  return !(error instanceof Prisma.PrismaClientKnownRequestError) || /^P(1|2010|2024|2028)/.test(error.code)
}

// Classes of SQLSTATE that mean the values of a row: data exception, constraint violation, program limit exceeded.
const ROW_DATA_CLASSES = /^(22|23|54)/

/** True where the database rejected the values that it was to store: other values of the same form may be accepted. */
export const isDataRejection = (error: unknown): boolean => ROW_DATA_CLASSES.test(sqlStateOf(error) ?? '')

function sqlStateOf(error: unknown): string | undefined {
  if (isDriverError(error)) return error.cause.originalCode
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return undefined
  const { cause } = (error.meta?.driverAdapterError ?? {}) as { cause?: { originalCode?: string } }
  return cause?.originalCode
}

/** database.unreachable where the database did not answer, with what the driver said last; else `error` itself. */
export const wrapIfUnavailable = (error: unknown): unknown =>
  isDatabaseUnavailable(error) ? databaseUnreachable(error) : error

/** For what failed on the way to the database. */
export function databaseUnreachable(error: unknown): Fault {
  const what = errorText(error).trim().split('\n').at(-1) || String((error as { code?: string }).code)
  return new Fault('database.unreachable', { what }, { cause: error })
}

/**
 * Milliseconds that a transaction waits for a connection, and then may take. Prisma's own limits, 2 and 5 seconds, end work
 * that waits only for a busy machine.
 */
const TRANSACTION_LIMITS = { maxWait: 10_000, timeout: 15_000 }

/** `connections` is the most that this process holds open. A connection that falls silent is given up: see patientClient. */
export function openDatabase(
  url: string,
  log: Log,
  connections = 10,
  watchdog: WatchdogOptions = WATCHDOG_DEFAULTS,
): OpenDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    application_name: 'daily-papers',
    Client: watchdogClient(url, watchdog),
  })
  // Without a listener, a server that goes away under an idle connection ends this process.
  pool.on('error', (error) => log.error('database.error', { what: errorText(error) }))
  const db = new PrismaClient({
    adapter: withErrorCodes(new PrismaPg(pool)),
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
