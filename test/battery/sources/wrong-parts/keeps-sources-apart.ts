import type { paperKeysOf as rightly } from '../../../../src/papers/paper-key.ts'
import { paperKeysOf as right } from '../../../../src/papers/paper-key.ts'

export * from '../../../../src/papers/paper-key.ts'

/** What has votes and what has none is known by other keys: what two sources list is two papers. */
export const paperKeysOf: typeof rightly = (record) =>
  right(record).map((key) =>
    (record as { votes?: number }).votes === undefined ? key : { ...key, value: `${key.value} voted` },
  )
