import type { Feature } from '../../core/feature.ts'

declare module '../../core/queue.ts' {
  interface FeatureNudgeNames {
    'post-channels': true
  }
}

/** A topic once a day in a lab's channel: Slack, Discord, Telegram, Feishu, or signed JSON. */
export const channels: Feature = {
  name: 'channels',
  operations: [
    {
      noun: 'channels',
      after: 'mail',
      summary: 'channels of a lab, to which a topic is posted once a day',
      read: async () => (await import('./operations.ts')).CHANNEL_OPERATIONS,
    },
  ],
  nudges: [
    {
      name: 'post-channels',
      does: 'posting to channels',
      pollSeconds: 5,
      run: async (deps, input) => (await import('./post-to-channels.ts')).postToChannels(deps, input),
    },
  ],
  conditions: async () => (await import('./channel-conditions.ts')).CHANNEL_CONDITIONS,
  errors: async () => (await import('./channel-fault.ts')).channelErrors,
  personalData: {
    prune: async ({ db }, cutoffs) => (await import('./post.repo.ts')).prunePosts(db, cutoffs),
  },
}
