import { errorText } from '../errors.ts'

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
