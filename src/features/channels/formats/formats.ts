import type { ChannelKind } from '../channel.ts'
import { discord } from './discord.ts'
import { feishu } from './feishu.ts'
import type { ChannelFormat } from './format.ts'
import { signedJson } from './signed-json.ts'
import { slack } from './slack.ts'
import { telegram } from './telegram.ts'

export const CHANNEL_FORMATS: Readonly<Record<ChannelKind, ChannelFormat>> = {
  slack,
  discord,
  telegram,
  feishu,
  json: signedJson,
}
