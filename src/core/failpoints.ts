/** Where the delivery of messages stands, in order. */
export const FAILPOINTS = [
  /** A chunk is about to be leased. */
  'before-claim',
  /** It is leased, and nothing taken from it. */
  'after-claim',
  /** The final dot of a mail was written, and not answered. */
  'after-dot',
  /** The server said 250, and nobody but this process knows. */
  'after-250',
  /** Acceptances are about to be written down. */
  'before-commit',
  /** They stand in the database, and nobody here was told. */
  'after-commit',
] as const
export type Failpoint = (typeof FAILPOINTS)[number]

/** Told of each point as it is reached. It may end the process there; what it returns is waited for, but at the dot. */
export type FailpointHook = (point: Failpoint) => void | Promise<void>
