import type { SqlDriverAdapter, SqlDriverAdapterFactory, Transaction } from '@prisma/driver-adapter-utils'
import { Semaphore } from '../../limits/semaphore.ts'
import { errorText } from '../errors.ts'

// What we add to Prisma's driver adapter: a code for each error, and a limit of the transactions that run at once.

/** SQLSTATE connection_failure: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const CONNECTION_FAILURE = '08006'

const DRIVER_ERROR = 'DriverAdapterError'

/**
 * True for a driver error that Prisma did not convert into its own. It converts all except those of a commit.
 * `originalCode` is the SQLSTATE, if the server sent one.
 */
export const isDriverError = (error: unknown): error is Error & { cause: { originalCode?: string } } =>
  error instanceof Error && error.name === DRIVER_ERROR && typeof error.cause === 'object'

/** Prisma recognises an error of its driver adapter by this name and a cause. */
class DriverAdapterError extends Error {
  override readonly name = DRIVER_ERROR
  override readonly cause: object

  constructor(error: Error) {
    const message = errorText(error)
    super(message, { cause: error })
    this.cause = {
      kind: 'postgres',
      code: CONNECTION_FAILURE,
      severity: 'FATAL',
      message,
      originalCode: CONNECTION_FAILURE,
      originalMessage: message,
    }
  }
}

/**
 * Wraps a part of Prisma's driver adapter so that all its errors have a code. If a connection ends abruptly, a host has
 * no address or a pipe breaks, the adapter rethrows pg's error, which looks like an error of our own code. The format
 * is the adapter's convention: https://github.com/prisma/orm/pull/26833
 */
export function withErrorCodes<T extends object>(part: T): T {
  return new Proxy(part, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        const result: unknown = member.apply(target, args)
        return result instanceof Promise ? result.then(wrapResult, rethrow) : result
      }
    },
  })
}

/** Wraps the adapter that a factory returns, and the transactions that the adapter starts. */
const wrapResult = (made: unknown): unknown =>
  typeof made === 'object' && made !== null && 'queryRaw' in made ? withErrorCodes(made) : made

function rethrow(error: unknown): never {
  throw isConnectionError(error) ? new DriverAdapterError(error) : error
}

// pg throws a plain Error; the network throws one that names a system call, or an AggregateError of several.
const isConnectionError = (error: unknown): error is Error =>
  error instanceof Error &&
  error.name !== DRIVER_ERROR &&
  (error.constructor === Error || error instanceof AggregateError || 'syscall' in error)

/**
 * A driver adapter that lets up to `max` transactions run at once; others wait before they take a connection. A
 * transaction may wait for a row that another one has locked. With `max` below the number of connections, such waits
 * never take them all, and single statements, such as those of a page, go on.
 */
export function limitTransactions(factory: SqlDriverAdapterFactory, max: number): SqlDriverAdapterFactory {
  const { provider, adapterName } = factory
  const slots = new Semaphore({ total: max })
  return { provider, adapterName, connect: async () => limitedAdapter(await factory.connect(), slots) }
}

const limitedAdapter = (adapter: SqlDriverAdapter, slots: Semaphore): SqlDriverAdapter => ({
  provider: adapter.provider,
  adapterName: adapter.adapterName,
  queryRaw: (query) => adapter.queryRaw(query),
  executeRaw: (query) => adapter.executeRaw(query),
  executeScript: (script) => adapter.executeScript(script),
  getConnectionInfo: adapter.getConnectionInfo?.bind(adapter),
  dispose: () => adapter.dispose(),
  startTransaction: (isolation) => inSlot(slots, () => adapter.startTransaction(isolation)),
})

/** Starts a transaction in a slot, which it has until it ends. */
const inSlot = (slots: Semaphore, start: () => Promise<Transaction>): Promise<Transaction> =>
  new Promise((resolve, reject) => {
    const work = async () => {
      const ended = Promise.withResolvers<void>()
      resolve(untilEnd(await start(), ended.resolve))
      await ended.promise
    }
    slots.withSlot('', work).catch(reject)
  })

/** Calls `onEnd` after the commit or rollback. Prisma calls one of the two for every transaction, also after an error. */
const untilEnd = (transaction: Transaction, onEnd: () => void): Transaction => ({
  provider: transaction.provider,
  adapterName: transaction.adapterName,
  options: transaction.options,
  queryRaw: (query) => transaction.queryRaw(query),
  executeRaw: (query) => transaction.executeRaw(query),
  createSavepoint: transaction.createSavepoint?.bind(transaction),
  rollbackToSavepoint: transaction.rollbackToSavepoint?.bind(transaction),
  releaseSavepoint: transaction.releaseSavepoint?.bind(transaction),
  commit: () => transaction.commit().finally(onEnd),
  rollback: () => transaction.rollback().finally(onEnd),
})
