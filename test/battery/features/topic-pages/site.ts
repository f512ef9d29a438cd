import { pathOfPage, shareTopics } from '../../../../src/features/topic-pages/share-topics.ts'
import type { FeatureSite } from '../../web/feature-sites.ts'
import { HOSTILE } from '../../web/hostile.ts'

const name = HOSTILE.name.slice(0, 60)

export const featureSite: FeatureSite = {
  buttons: [
    {
      url: '/topics',
      by: 'active',
      fields: ({ subscriberId }) => ({ topic: HOSTILE.topic, name: `of ${subscriberId}` }),
    },
    {
      url: '/manage/:token/share',
      by: 'active',
      fields: ({ topicId }) => ({ topic: String(topicId) }),
    },
  ],
  make: async (deps) => {
    const page = await deps.db.topicPage.findFirst()
    const topics = [{ name, query: HOSTILE.topic }]
    const path = page ? pathOfPage(page.id) : await shareTopics(deps, { name, topics, ip: '192.0.2.1' })
    return { paths: { '/topics/:id': path } }
  },
}
