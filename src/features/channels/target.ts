import { isIP } from 'node:net'
import type { Config } from '../../config/config.ts'
import { isPrivateIp } from '../../core/ip-networks.ts'
import { seal, unseal } from '../../core/secrets.ts'
import type { ChannelKind, Target } from './channel.ts'
import { ChannelFault } from './channel-fault.ts'
import { newSigningKey, readSigningKey } from './formats/signed-json.ts'

const purposeOf = (channelId: string): string => `channel ${channelId}`

type WithSecrets = Pick<Config, 'APP_SECRET'>

/** Encrypts a target for its channel. */
export const sealTarget = ({ APP_SECRET }: WithSecrets, channelId: string, target: Target): string =>
  seal(JSON.stringify(target), { secret: APP_SECRET[0]!, purpose: purposeOf(channelId) })

/** Null if no APP_SECRET of today encrypted it. `isOld`: not the newest one did, so it must be encrypted again. */
export function openTarget(
  { APP_SECRET }: WithSecrets,
  { id, target }: { id: string; target: string },
): { target: Target; isOld: boolean } | null {
  const purpose = purposeOf(id)
  const isOld = unseal(target, { secrets: APP_SECRET.slice(0, 1), purpose }) === null
  const text = unseal(target, { secrets: APP_SECRET, purpose })
  return text === null ? null : { target: JSON.parse(text) as Target, isOld }
}

/** What may be shown of a target: where it is. */
export const shownTarget = ({ url }: Target): string => `${new URL(url).origin}/…`

const TELEGRAM_URL = 'https://api.telegram.org'
const MAX_URL_LENGTH = 2000
const ADDRESS_TAKES =
  'an https address without user and password; http only on this machine or in a private network, by its IP address, a name without dots or one in .internal, .local, .lan or .home.arpa'
const CHAT_TAKES =
  'the name of a Telegram channel such as @my_lab, or the number of a chat such as -1001234567890'

interface TypedTarget {
  kind: ChannelKind
  url?: string
  secret?: string
  chat?: string
}

/** What was typed, with the defaults of its kind. Throws channel.address, channel.secret, channel.chat. */
export function readTarget(typed: TypedTarget): Target {
  const { kind } = typed
  const url = readUrl(typed.url?.trim() || (kind === 'telegram' ? TELEGRAM_URL : ''))
  const secret = readSecret(kind, typed.secret?.trim() || undefined)
  const chat = readChat(kind, typed.chat?.trim() || undefined)
  return { url, ...(secret && { secret }), ...(chat && { chat }) }
}

function readUrl(text: string): string {
  const url = text.length <= MAX_URL_LENGTH ? URL.parse(text) : null
  const isAllowed =
    url &&
    !url.username &&
    !url.password &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && isPrivateHost(url.hostname)))
  if (!isAllowed) throw new ChannelFault('channel.address', { takes: ADDRESS_TAKES })
  url.hash = ''
  return url.href.replace(/\/$/, '')
}

const SECRET_TAKES: Record<ChannelKind, string> = {
  slack: 'nothing: the address is secret',
  discord: 'nothing: the address is secret',
  telegram: 'the token of the bot, such as 123456:ABC-DEF',
  feishu: 'the secret of the bot’s signature verification, on one line',
  json: 'a key such as whsec_…, base64 of 24 to 64 bytes; without it, one is made',
}

function readSecret(kind: ChannelKind, secret: string | undefined): string | undefined {
  const isRight = {
    slack: () => secret === undefined,
    discord: () => secret === undefined,
    telegram: () => secret !== undefined && /^\d{1,20}:[\w-]{3,100}$/.test(secret),
    feishu: () => secret === undefined || /^[!-~]{1,200}$/.test(secret),
    json: () => secret === undefined || readSigningKey(secret) !== null,
  }[kind]()
  if (!isRight) throw new ChannelFault('channel.secret', { kind, takes: SECRET_TAKES[kind] })
  return kind === 'json' ? (secret ?? newSigningKey()) : secret
}

function readChat(kind: ChannelKind, chat: string | undefined): string | undefined {
  const isRight = kind === 'telegram' ? /^(?:@\w{4,40}|-?\d{1,20})$/.test(chat ?? '') : chat === undefined
  if (!isRight)
    throw new ChannelFault('channel.chat', {
      takes: kind === 'telegram' ? CHAT_TAKES : 'nothing but for Telegram',
    })
  return chat
}

/** What is sent there does not leave the operator's network, as far as its name says. */
function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(host)) return isPrivateIp(host)
  return !host.includes('.') || /\.(?:internal|local|lan|home\.arpa|localhost)$/.test(host)
}
