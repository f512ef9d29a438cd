import type { Manners } from '../source.ts'

/**
 * API, feeds and OAI-PMH together: one question in three seconds, one at a time, over all machines of an operator:
 * https://info.arxiv.org/help/api/tou.html#rate-limits. A 429 comes of the load of all and names no time.
 */
export const manners = {
  service: 'arxiv',
  gapMs: 3000,
  timeoutMs: 30_000,
  mostBytes: 6_000_000,
  unsaidPauseSeconds: 900,
  longestPauseMs: 30_000,
} satisfies Manners
