import type { LabChannel, Outcome, PostContent, Target } from './channel.ts'
import type { ChannelReply, ChannelRequest } from './formats/format.ts'
import { CHANNEL_FORMATS } from './formats/formats.ts'

/** For the whole request and its reply. */
export const REQUEST_TIMEOUT_MS = 20_000
/** Of a reply; more is not read. */
const MAX_REPLY_BYTES = 64_000

/** The errors that come before anything was sent. Others may come after the whole request. */
const NOT_SENT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ERR_(?:TLS|SSL)_\w+|\w*CERT\w*|\w*_ISSUER\w*|UNABLE_TO_\w+)$/

export interface Attempt {
  messageId: string
  now: Date
  timeoutMs?: number
}

/** Sends a post once. Never throws: what went wrong is in the outcome, without address and secret. */
export async function sendToChannel(
  { kind }: Pick<LabChannel, 'kind'>,
  { target, content }: { target: Target; content: PostContent },
  { messageId, now, timeoutMs = REQUEST_TIMEOUT_MS }: Attempt,
): Promise<Outcome> {
  const format = CHANNEL_FORMATS[kind]
  const timeout = AbortSignal.timeout(timeoutMs)
  let response: Response
  try {
    response = await post(format.request(content, target, { messageId, now }), timeout)
  } catch (error) {
    if (timeout.aborted) return { kind: 'unanswered', reason: `no reply within ${timeoutMs / 1000} s` }
    const code = codeOf(error)
    return { kind: NOT_SENT.test(code) ? 'deferred' : 'unanswered', reason: `no reply: ${code}` }
  }
  const { status, headers } = response
  const reply = { status, seconds: secondsIn(headers), body: await readBody(response, timeout) }
  return format.read?.(reply) ?? outcomeOf(reply, target)
}

const post = ({ url, headers, body }: ChannelRequest, signal: AbortSignal): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'Daily Papers', ...headers },
    body,
    // A redirect would give the post to an address that the operator did not set.
    redirect: 'manual',
    signal,
  })

const TRY_LATER = [408, 425, 429]
const GONE = [401, 404, 410]

/** What a status means if the service says no more. */
function outcomeOf(reply: ChannelReply, target: Target): Outcome {
  const { status, seconds } = reply
  if (status >= 200 && status < 300) return { kind: 'posted' }
  const reason = [`HTTP ${status}`, ...detailOf(reply, target)].join(', ')
  if (status >= 500 || TRY_LATER.includes(status))
    return { kind: 'deferred', reason, ...(seconds !== undefined && { seconds }) }
  return { kind: 'refused', reason, isGone: GONE.includes(status) }
}

/** The code that a service such as Slack sends as the whole body: "no_service". Never a part of the address. */
function detailOf({ status, body }: ChannelReply, { url }: Target): string[] {
  if (status >= 300 && status < 400) return ['a redirect, which is not followed']
  const code = body?.trim() ?? ''
  return /^[a-z]+(?:_[a-z]+){0,6}$/.test(code) && !url.includes(code) ? [code] : []
}

/** Null if the reply breaks off or is too long. */
async function readBody(response: Response, timeout: AbortSignal): Promise<string | null> {
  const parts: Uint8Array[] = []
  let length = 0
  const read = async () => {
    for await (const part of response.body ?? []) {
      length += part.length
      if (length > MAX_REPLY_BYTES) return null
      parts.push(part)
    }
    return Buffer.concat(parts, length).toString('utf8')
  }
  try {
    return timeout.aborted ? null : await read()
  } catch {
    return null
  }
}

/** Retry-After in seconds or as a date, which is compared with the date of the same reply. */
function secondsIn(headers: Headers): number | undefined {
  const text = headers.get('retry-after') ?? ''
  if (/^\d{1,9}(?:\.\d+)?$/.test(text)) return Math.ceil(Number(text))
  const seconds = (Date.parse(text) - Date.parse(headers.get('date') ?? '')) / 1000
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds))
}

/** The code of a network error: its message may have the address. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const { code } = cause as { code?: unknown }
  return typeof code === 'string' ? code : 'an unknown error'
}
