import type { FetchPolicy } from '../source.ts'

/**
 * API, feeds and OAI-PMH together: one request every three seconds and one at a time, over all machines of an operator:
 * https://info.arxiv.org/help/api/tou.html#rate-limits. A 429 means that arXiv is busy; it has no Retry-After.
 */
export const fetchPolicy = {
  service: 'arxiv',
  gapMs: 3000,
  timeoutMs: 30_000,
  maxBytes: 6_000_000,
  defaultPauseSeconds: 900,
  maxPauseMs: 30_000,
} satisfies FetchPolicy
