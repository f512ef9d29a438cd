import type { Manners } from '../source.ts'

/** Windows of five minutes with some hundred requests: https://huggingface.co/docs/hub/rate-limits */
export const manners = {
  service: 'huggingface',
  gapMs: 100,
  timeoutMs: 30_000,
  mostBytes: 4_000_000,
  unsaidPauseSeconds: 60,
  longestPauseMs: 600_000,
} satisfies Manners
