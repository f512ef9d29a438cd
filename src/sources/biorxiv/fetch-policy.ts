import type { FetchPolicy } from '../source.ts'

/** https://api.biorxiv.org states no limits: we send one request a second, for a day of some ten pages. */
export const fetchPolicy = {
  service: 'biorxiv',
  gapMs: 1000,
  timeoutMs: 30_000,
  maxBytes: 4_000_000,
  defaultPauseSeconds: 60,
  maxPauseMs: 600_000,
} satisfies FetchPolicy
