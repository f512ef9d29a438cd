import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import type { ChannelKind } from '../../../../src/features/channels/channel.ts'
import { feishuSign } from '../../../../src/features/channels/formats/feishu.ts'

interface Received {
  kind: ChannelKind
  path: string
  headers: IncomingHttpHeaders
  raw: string
  body: Record<string, unknown>
}

/** What a request gets instead of the service's good reply. */
export type ServiceFault =
  | { status: number; body?: string; headers?: Record<string, string> }
  /** Takes the post and never replies. */
  | 'silent'
  /** Takes the post and hangs up. */
  | 'hangs-up'

export interface StandInService {
  url: string
  /** What people see in the channel. */
  readonly posted: Received[]
  /** All that came, also what was refused. */
  readonly received: Received[]
  /** What the next requests get, one each; the last one stays if `keeps`. */
  faults: ServiceFault[]
  keeps: boolean
  close(): Promise<void>
}

export const SLACK_PATH = '/services/T000/B000/slackSecretOfTheWebhook'
export const DISCORD_PATH = '/api/webhooks/123456789/discord-token-of-the-webhook'
export const BOT_TOKEN = '123456:telegram-token-of-the-bot'
export const FEISHU_PATH = '/open-apis/bot/v2/hook/feishu-id-of-the-bot'
export const FEISHU_SECRET = 'feishuSecretOfTheBot'
export const JSON_PATH = '/hooks/papers'
export const JSON_KEY = `whsec_${Buffer.from('a key of the signed json channel').toString('base64')}`

/** All that nothing may show or log. */
export const SECRETS = [
  'slackSecretOfTheWebhook',
  'discord-token-of-the-webhook',
  'telegram-token-of-the-bot',
  'feishu-id-of-the-bot',
  FEISHU_SECRET,
  JSON_KEY.slice('whsec_'.length),
]

/**
 * The five services, each as its documentation describes it: paths, fields, limits, signatures and replies. `clock`: what
 * signatures are compared with.
 */
export async function startStandInService(clock: () => Date = () => new Date()): Promise<StandInService> {
  const posted: Received[] = []
  const received: Received[] = []
  const state: Pick<StandInService, 'faults' | 'keeps'> = { faults: [], keeps: false }
  const server = createServer(async (request, response) => {
    const raw = await textOf(request)
    const path = request.url ?? ''
    const kind = kindOf(path)
    if (!kind) return void response.writeHead(404).end('no_service')
    const one = {
      kind,
      path,
      headers: request.headers,
      raw,
      body: JSON.parse(raw) as Record<string, unknown>,
    }
    received.push(one)
    const wrong = refusalOf(one, clock())
    if (wrong) return reply(response, wrong)
    const fault = state.keeps ? state.faults[0] : state.faults.shift()
    if (!fault || fault === 'silent' || fault === 'hangs-up') posted.push(one)
    if (fault === 'silent') return
    if (fault === 'hangs-up') return void request.socket.destroy()
    reply(response, fault ?? GOOD[kind])
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posted,
    received,
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  })
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of request) text += part
  return text
}

function reply(
  response: ServerResponse,
  { status, body = '', headers = {} }: Exclude<ServiceFault, string>,
): void {
  response.writeHead(status, headers).end(body)
}

const kindOf = (path: string): ChannelKind | undefined =>
  path === SLACK_PATH
    ? 'slack'
    : path.startsWith(`${DISCORD_PATH}?`)
      ? 'discord'
      : path === `/bot${BOT_TOKEN}/sendMessage`
        ? 'telegram'
        : path === FEISHU_PATH
          ? 'feishu'
          : path === JSON_PATH
            ? 'json'
            : undefined

type Reply = Exclude<ServiceFault, string>

const GOOD: Record<ChannelKind, Reply> = {
  slack: { status: 200, body: 'ok' },
  discord: { status: 200, body: '{"id":"1"}' },
  telegram: { status: 200, body: '{"ok":true,"result":{"message_id":1}}' },
  feishu: { status: 200, body: '{"code":0,"msg":"success","data":{}}' },
  json: { status: 204 },
}

/** What the service itself refuses; undefined for a good request. */
function refusalOf(one: Received, now: Date): Reply | undefined {
  switch (one.kind) {
    case 'slack': {
      const blocks = one.body.blocks as { type: string }[]
      const isGood = typeof one.body.text === 'string' && blocks.length <= 50
      return isGood ? undefined : { status: 400, body: 'invalid_blocks' }
    }
    case 'discord': {
      const [embed] = one.body.embeds as { title: string; description: string; footer: { text: string } }[]
      const { title, description, footer } = embed!
      const length = title.length + description.length + footer.text.length
      const isGood = title.length <= 256 && description.length <= 4096 && length <= 6000
      return isGood ? undefined : { status: 400, body: '{"code":50035,"message":"Invalid Form Body"}' }
    }
    case 'telegram': {
      const text = String(one.body.text)
        .replace(/<[^>]+>/g, '')
        .replace(/&\w+;/g, '&')
      if (text.length <= 4096) return undefined
      return telegramError(400, 'Bad Request: message is too long')
    }
    case 'feishu': {
      const { timestamp, sign } = one.body as { timestamp?: string; sign?: string }
      const isRecent = Math.abs(now.getTime() / 1000 - Number(timestamp)) <= 3600
      const isSigned = sign === feishuSign(FEISHU_SECRET, String(timestamp))
      if (isRecent && isSigned && Buffer.byteLength(one.raw) <= 20_000) return undefined
      return {
        status: 200,
        body: '{"code":19021,"msg":"sign match fail or timestamp is not within one hour"}',
      }
    }
    case 'json':
      return isSignedJson(one, now) ? undefined : { status: 401 }
  }
}

export const telegramError = (code: number, description: string, parameters?: object): Reply => ({
  status: code,
  body: JSON.stringify({ ok: false, error_code: code, description, parameters }),
})

const TOLERANCE_SECONDS = 300

/** As the library of Standard Webhooks signs it; its own check of the time reads the machine's clock. */
function isSignedJson({ headers, raw }: Pick<Received, 'headers' | 'raw'>, now: Date): boolean {
  const timestamp = Number(headers['webhook-timestamp'])
  const id = String(headers['webhook-id'])
  if (!(Math.abs(now.getTime() / 1000 - timestamp) <= TOLERANCE_SECONDS)) return false
  const signature = new Webhook(JSON_KEY).sign(id, new Date(timestamp * 1000), raw)
  return String(headers['webhook-signature']).split(' ').includes(signature)
}
