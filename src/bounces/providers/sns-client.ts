import { errorText, Fault } from '../../core/errors.ts'

/** Requests to SNS. Throws webhook.unreachable, so that SNS sends its message again. */
export interface SnsClient {
  /** The certificate (PEM) at a URL; each is fetched once. */
  certificate(url: URL): Promise<string>
  confirm(url: URL): Promise<void>
}

const TIMEOUT_MS = 10_000
const MAX_REPLY_LENGTH = 20_000
const MAX_KEPT = 20
const MAX_AT_ONCE = 4

/**
 * `baseUrl` (SNS_URL) replaces scheme and host. The URLs are from a body that is not verified yet, so redirects are not
 * followed and no more than four requests run at once.
 */
export function openSnsClient({ baseUrl }: { baseUrl?: string }): SnsClient {
  const cache = new Map<string, string>()
  let inFlight = 0
  const fetchWithLimit = async (url: URL): Promise<string> => {
    if (inFlight >= MAX_AT_ONCE)
      throw new Fault('webhook.unreachable', { what: 'too many are asked at once' })
    inFlight++
    try {
      return await textAt(baseUrl ? new URL(url.pathname + url.search, baseUrl) : url)
    } finally {
      inFlight--
    }
  }
  return {
    async certificate(url) {
      const known = cache.get(url.href)
      if (known !== undefined) return known
      const pem = await fetchWithLimit(url)
      if (cache.size >= MAX_KEPT) cache.clear()
      cache.set(url.href, pem)
      return pem
    },
    confirm: async (url) => void (await fetchWithLimit(url)),
  }
}

async function textAt(url: URL): Promise<string> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
    if (!response.ok) throw new Error(`status ${response.status}`)
    return await shortText(response)
  } catch (cause) {
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
    throw new Fault('webhook.unreachable', { what: errorText(reason) }, { cause })
  }
}

async function shortText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > MAX_REPLY_LENGTH) throw new Error(`a reply above ${MAX_REPLY_LENGTH} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
