import type { Config } from '../config/config.ts'
import type { Channel } from './report.repo.ts'

/** A way by which what comes back gets here. */
export interface ChannelSetting {
  way: Channel
  /** The setting that switches it on. */
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

/** Those that these settings switch on; another machine may have others. */
export const enabledChannels = (config: Config): ChannelSetting[] =>
  SETTINGS.filter(({ setting }) => Boolean(config[setting]))
