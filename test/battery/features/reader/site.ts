import type { FeatureSite } from '../../web/feature-sites.ts'

export const featureSite: FeatureSite = {
  buttons: [
    {
      url: '/manage/:token/reader',
      by: 'active',
      fields: ({ topicId }) => ({ shown: String(topicId) }),
    },
  ],
}
