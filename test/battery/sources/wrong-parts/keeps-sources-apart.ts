import type { keysOf as rightly } from '../../../../src/papers/identifiers.ts'
import { keysOf as right } from '../../../../src/papers/identifiers.ts'

export * from '../../../../src/papers/identifiers.ts'

/** What has votes and what has none is known by other keys: what two sources list is two papers. */
export const keysOf: typeof rightly = (record) =>
  right(record).map((key) =>
    (record as { votes?: number }).votes === undefined ? key : { ...key, value: `${key.value} voted` },
  )
