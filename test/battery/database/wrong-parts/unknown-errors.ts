export * from '../../../../src/core/database/driver-adapter.ts'

/** Treats no error of the driver as an unreachable database: it is taken for an error of the email's content. */
export const withErrorCodes = <T extends object>(part: T): T => part
