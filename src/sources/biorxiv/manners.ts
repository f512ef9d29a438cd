import type { Manners } from '../source.ts'

/** https://api.biorxiv.org names no limits: one question a second at most, for a day of some ten pages. */
export const manners = {
  service: 'biorxiv',
  gapMs: 1000,
  timeoutMs: 30_000,
  mostBytes: 4_000_000,
  unsaidPauseSeconds: 60,
  longestPauseMs: 600_000,
} satisfies Manners
