import type { FetchPolicy } from '../source.ts'

/**
 * The service allows some hundred requests in each window of five minutes: https://huggingface.co/docs/hub/rate-limits
 */
export const fetchPolicy = {
  service: 'huggingface',
  gapMs: 100,
  timeoutMs: 30_000,
  maxBytes: 4_000_000,
  defaultPauseSeconds: 60,
  maxPauseMs: 600_000,
} satisfies FetchPolicy
