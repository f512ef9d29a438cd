import type { FeatureSite } from '../../web/feature-sites.ts'
import { HOSTILE } from '../../web/hostile.ts'

export const featureSite: FeatureSite = {
  buttons: [
    {
      url: '/subscribe/library',
      by: 'active',
      fields: () => ({ topic: HOSTILE.topic, library: 'A Paper About <x-alive>' }),
      status: 200,
      looks: true,
    },
    {
      url: '/manage/:token/library',
      by: 'active',
      fields: () => ({ library: 'A Paper About <x-alive>' }),
      status: 200,
      looks: true,
    },
    {
      url: '/manage/:token/library',
      by: 'active',
      fields: () => ({ library: '2511.00001', learn: 'yes' }),
      status: 200,
    },
  ],
}
