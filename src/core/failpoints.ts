/** The steps of a delivery at which a test may interfere, in order. */
export const FAILPOINTS = [
  /** A batch is about to be leased. */
  'before-claim',
  /** The batch is leased; no message is taken from it yet. */
  'after-claim',
  /** The final dot of an email is written; the server has not replied. */
  'after-dot',
  /** The server replied 250; the reply is only in the memory of this process. */
  'after-250',
  /** Acceptances are about to be written to the database. */
  'before-commit',
  /** They are committed; this process does not know yet. */
  'after-commit',
] as const
export type Failpoint = (typeof FAILPOINTS)[number]

/** Called at each failpoint. It may end the process; delivery waits for its promise, except after the dot. */
export type FailpointHook = (point: Failpoint) => void | Promise<void>
