import type { Config } from '../config/config.ts'
import type { Channel } from './report.repo.ts'

/** A channel on which reports arrive. */
export interface ChannelSetting {
  channel: Channel
  /** The setting that enables it. */
  setting: keyof Config
}

const SETTINGS: ChannelSetting[] = [
  { channel: 'lmtp', setting: 'BOUNCE_LMTP' },
  { channel: 'smtp', setting: 'BOUNCE_SMTP' },
  { channel: 'imap', setting: 'BOUNCE_IMAP' },
  { channel: 'ses', setting: 'SES_TOPIC_ARN' },
  { channel: 'sendgrid', setting: 'SENDGRID_WEBHOOK_KEY' },
  { channel: 'mailgun', setting: 'MAILGUN_WEBHOOK_KEY' },
  { channel: 'postmark', setting: 'POSTMARK_WEBHOOK_LOGIN' },
  { channel: 'brevo', setting: 'BREVO_WEBHOOK_TOKEN' },
]

/** The channels that these settings enable; another machine may have others. */
export const enabledChannels = (config: Config): ChannelSetting[] =>
  SETTINGS.filter(({ setting }) => Boolean(config[setting]))
