import { z } from 'zod'
import { errorText, undefinedIfThrown } from '../../core/errors.ts'
import { ReaderFault } from './reader-fault.ts'
import type { ReaderSettings } from './settings.ts'

export interface ChatMessage {
  role: 'system' | 'user'
  content: string
}

export interface ReaderClient {
  /**
   * What the model replies; null if the response has no text. Throws reader.unreachable and reader.refused, whose texts
   * have nothing of the response.
   */
  reply(messages: readonly ChatMessage[], signal: AbortSignal): Promise<string | null>
}

/** For a model on a small machine. */
const TIMEOUT_MS = 60_000
const MAX_BYTES = 200_000
/** What some services and models do not take: they refuse such a request with one of these. */
const EXTRAS = { temperature: 0, response_format: { type: 'json_object' } }
const MALFORMED = [400, 422]

const responseSchema = z.object({
  choices: z.tuple([z.object({ message: z.object({ content: z.string() }) })], z.unknown()),
})

export function openReaderClient(
  { url, model, key }: ReaderSettings,
  { timeoutMs = TIMEOUT_MS } = {},
): ReaderClient {
  let takesExtras = true
  const post = async (messages: readonly ChatMessage[], signal: AbortSignal): Promise<Response> => {
    const request = (extras: object) =>
      fetch(`${url}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
        body: JSON.stringify({ model, messages, ...extras }),
        // A redirect would give the key and the topic to another host.
        redirect: 'error',
        signal,
      })
    if (!takesExtras) return request({})
    const response = await request(EXTRAS)
    if (!MALFORMED.includes(response.status)) return response
    await response.body?.cancel()
    takesExtras = false
    return request({})
  }
  return {
    async reply(messages, signal) {
      const timeout = AbortSignal.timeout(timeoutMs)
      try {
        const response = await post(messages, AbortSignal.any([signal, timeout]))
        if (!response.ok) {
          await response.body?.cancel()
          throw failureOf(response.status)
        }
        return textIn(await readUpTo(response, MAX_BYTES))
      } catch (error) {
        if (error instanceof ReaderFault) throw error
        const what = timeout.aborted ? `nothing whole within ${timeoutMs / 1000} s` : causeOf(error)
        throw new ReaderFault('reader.unreachable', { what })
      }
    },
  }
}

const failureOf = (status: number): ReaderFault =>
  status >= 500
    ? new ReaderFault('reader.unreachable', { what: `status ${status}` })
    : new ReaderFault('reader.refused', { status })

/** Null if the response is longer than that; the rest is not read. */
async function readUpTo(response: Response, maxBytes: number): Promise<string | null> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > maxBytes) return null
    parts.push(part)
  }
  return Buffer.concat(parts, length).toString('utf8')
}

function textIn(body: string | null): string | null {
  const { data } = responseSchema.safeParse(undefinedIfThrown(() => JSON.parse(body ?? '')))
  return data?.choices[0].message.content ?? null
}

/** The code of a network error. Its message may have the address, and never more than that. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return (cause as { code?: string }).code ?? errorText(cause)
}
