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
const CONNECTION_ENDED = /^(Connection terminated|Client (was closed|has encountered a connection error))/
/** Of the network; Prisma's adapter recognises the other codes. */
const NETWORK_CODES = new Set(['EPIPE', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ECONNREFUSED'])

/**
 * True for an error of a connection that Prisma's adapter passes on as pg threw it, so that it looks like an error of
 * our own code (battery: D1-wrong-unknown-errors): https://github.com/prisma/orm/pull/26833
 */
export const isConnectionError = (error: unknown): boolean =>
  error instanceof Error &&
  (CONNECTION_ENDED.test(error.message) || NETWORK_CODES.has((error as NodeJS.ErrnoException).code ?? ''))
