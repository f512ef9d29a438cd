import type { Feature } from '../../core/feature.ts'

/** `subscribers explain`: why a subscriber did or did not get an email on a date, and what led to it. */
export const explain: Feature = {
  name: 'explain',
  operations: [
    {
      noun: 'subscribers',
      verbs: ['explain'],
      read: async () => [(await import('./explain-operation.ts')).explainOperation],
    },
  ],
  errors: async () => (await import('./explain-subscriber.ts')).explainErrors,
}
