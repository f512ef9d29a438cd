import { errorText } from '../errors.ts'

/** SQLSTATE connection_failure: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const CONNECTION_FAILURE = '08006'

const DRIVER_ERROR = 'DriverAdapterError'

/** What the driver met, as Prisma passes it on. */
interface DriverErrorCause {
  /** SQLSTATE, where the server told. */
  originalCode?: string
}

/** True for an error of the driver that Prisma made none of its own of: it does so for all but those of a commit. */
export const isDriverError = (error: unknown): error is Error & { cause: DriverErrorCause } =>
  error instanceof Error && error.name === DRIVER_ERROR && typeof error.cause === 'object'

/** As Prisma knows an error of its driver: by this name and a cause. */
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
 * A part of Prisma's driver adapter whose errors all have a code. For a connection that ended without a word, a host
 * without an address or a broken pipe the adapter throws what pg threw, which nobody can tell from a fault of ours;
 * it is its convention: https://github.com/prisma/orm/pull/26833
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

/** The adapter that a factory connects, and the transactions that it starts. */
const wrapResult = (made: unknown): unknown =>
  typeof made === 'object' && made !== null && 'queryRaw' in made ? withErrorCodes(made) : made

function rethrow(error: unknown): never {
  throw isConnectionError(error) ? new DriverAdapterError(error) : error
}

// pg says it with a plain Error, the network with one that names a system call, or several of them.
const isConnectionError = (error: unknown): error is Error =>
  error instanceof Error &&
  error.name !== DRIVER_ERROR &&
  (error.constructor === Error || error instanceof AggregateError || 'syscall' in error)
