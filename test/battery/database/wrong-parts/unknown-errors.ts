export * from '../../../../src/core/database/driver-adapter.ts'

/** What the driver throws, whatever it may be, is for whoever reads the content of a mail to make sense of. */
export const withErrorCodes = <T extends object>(part: T): T => part
