import type { Config } from '../config/config.ts'
import type { Channel } from './report.repo.ts'

/** A channel on which reports arrive. */
export interface ChannelSetting {
  way: Channel
  /** The setting that enables it. */
  setting: keyof Config
}

const SETTINGS: ChannelSetting[] = [
  { way: 'lmtp', setting: 'BOUNCE_LMTP' },
  { way: 'smtp', setting: 'BOUNCE_SMTP' },
  { way: 'imap', setting: 'BOUNCE_IMAP' },
  { way: 'ses', setting: 'SES_TOPIC_ARN' },
  { way: 'sendgrid', setting: 'SENDGRID_WEBHOOK_KEY' },
  { way: 'mailgun', setting: 'MAILGUN_WEBHOOK_KEY' },
  { way: 'postmark', setting: 'POSTMARK_WEBHOOK_LOGIN' },
  { way: 'brevo', setting: 'BREVO_WEBHOOK_TOKEN' },
]

/** The channels that these settings enable; another machine may have others. */
export const enabledChannels = (config: Config): ChannelSetting[] =>
  SETTINGS.filter(({ setting }) => Boolean(config[setting]))
