import type { Config } from '../config/config.ts'
import type { Channel, Provider } from './report.repo.ts'

export interface ChannelSetting {
  channel: Channel
  setting: keyof Config
}

/** The setting with which a provider proves its identity. Without it, webhooks of that provider are rejected. */
export const PROVIDER_SETTINGS = {
  ses: 'SES_TOPIC_ARN',
  sendgrid: 'SENDGRID_WEBHOOK_KEY',
  mailgun: 'MAILGUN_WEBHOOK_KEY',
  postmark: 'POSTMARK_WEBHOOK_LOGIN',
  brevo: 'BREVO_WEBHOOK_TOKEN',
} as const satisfies Record<Provider, keyof Config>

const SETTINGS: Record<Channel, keyof Config> = {
  lmtp: 'BOUNCE_LMTP',
  smtp: 'BOUNCE_SMTP',
  imap: 'BOUNCE_IMAP',
  ...PROVIDER_SETTINGS,
}

/** The channels that these settings enable; another machine may have others. */
export const enabledChannels = (config: Config): ChannelSetting[] =>
  (Object.keys(SETTINGS) as Channel[])
    .map((channel) => ({ channel, setting: SETTINGS[channel] }))
    .filter(({ setting }) => Boolean(config[setting]))
