import type { connectionOptions as optionsRightly } from '../../../../src/core/database/connection-options.ts'

export * from '../../../../src/core/database/connection-options.ts'

/** Whoever was asked will answer, some day. */
export const connectionOptions: typeof optionsRightly = (url) => ({ connectionString: url })
