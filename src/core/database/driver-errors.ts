const DRIVER_ERROR = 'DriverAdapterError'

/** The cause of a driver error, as Prisma passes it on. */
interface DriverErrorCause {
  /** SQLSTATE, if the server sent one. */
  originalCode?: string
}

/** True for a driver error that Prisma did not convert into its own. It converts all except those of a commit. */
export const isDriverError = (error: unknown): error is Error & { cause: DriverErrorCause } =>
  error instanceof Error && error.name === DRIVER_ERROR && typeof error.cause === 'object'

/** What pg says of a connection that ended, or that it could not open. */
const CONNECTION_ENDED =
  /^(Connection terminated|Client (was closed|has encountered a connection error)|timeout expired|SASL|The server does not support SSL|There was an error establishing an SSL)/
/** Of TLS and streams; an error of the network also names its system call, and one of a file its path. */
const CONNECTION_CODES = /^(ECONN|ETIMEDOUT|ENOTFOUND|EPIPE|ERR_(STREAM|SSL|TLS)_)/

/**
 * True for an error of a connection that Prisma's adapter passes on as pg threw it, so that it looks like an error of
 * our own code (battery: D1-wrong-unknown-errors): https://github.com/prisma/orm/pull/26833
 */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code = '', syscall, path } = error as NodeJS.ErrnoException
  return (
    error instanceof AggregateError ||
    CONNECTION_ENDED.test(error.message) ||
    CONNECTION_CODES.test(code) ||
    (syscall !== undefined && path === undefined)
  )
}
