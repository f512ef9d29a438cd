import type { Config } from '../config/config.ts'
import { featureSettings } from '../config/feature-settings.ts'
import type { Deps } from '../core/deps.ts'
import type { Feature } from '../core/feature.ts'
import { PROVIDERS, providerOf } from './providers/registry.ts'
import type { Channel } from './report.repo.ts'

export interface ChannelSetting {
  channel: Channel
  setting: keyof Config
}

declare module '../config/feature-settings.ts' {
  interface FeatureSetting {
    /** The channel that it enables. */
    channel?: Channel
  }
}

const SETTINGS: readonly ChannelSetting[] = [
  { channel: 'lmtp', setting: 'BOUNCE_LMTP' },
  { channel: 'smtp', setting: 'BOUNCE_SMTP' },
  ...PROVIDERS.map(({ name, setting }) => ({ channel: name, setting: setting.name })),
]

const channelSettings = (features: readonly Feature[]): ChannelSetting[] => [
  ...SETTINGS,
  ...featureSettings(features).flatMap(({ channel, name }) => (channel ? [{ channel, setting: name }] : [])),
]

/** The channels that these settings enable; another machine may have others. */
export const enabledChannels = ({ config, features }: Pick<Deps, 'config' | 'features'>): ChannelSetting[] =>
  channelSettings(features).filter(({ setting }) => Boolean(config[setting]))

/** The settings that enable a channel: of emails that come back, and of the webhooks of mail services. */
export function channelSettingNames(features: readonly Feature[]): { email: string[]; webhook: string[] } {
  const { email = [], webhook = [] } = Object.groupBy(channelSettings(features), ({ channel }) =>
    providerOf(channel) ? 'webhook' : 'email',
  )
  return { email: email.map(({ setting }) => setting), webhook: webhook.map(({ setting }) => setting) }
}
