import type { Config } from '../config/config.ts'
import { PROVIDERS } from './providers/registry.ts'
import type { Channel } from './report.repo.ts'

export interface ChannelSetting {
  channel: Channel
  setting: keyof Config
}

const SETTINGS: readonly ChannelSetting[] = [
  { channel: 'lmtp', setting: 'BOUNCE_LMTP' },
  { channel: 'smtp', setting: 'BOUNCE_SMTP' },
  { channel: 'imap', setting: 'BOUNCE_IMAP' },
  ...PROVIDERS.map(({ name, setting }) => ({ channel: name, setting: setting.name })),
]

/** The channels that these settings enable; another machine may have others. */
export const enabledChannels = (config: Config): ChannelSetting[] =>
  SETTINGS.filter(({ setting }) => Boolean(config[setting]))
