import { errorText, Fault } from '../../core/errors.ts'
import { Semaphore } from '../../limits/semaphore.ts'

const TIMEOUT_MS = 10_000
const MAX_REPLY_LENGTH = 20_000
const MAX_AT_ONCE = 4
const MAX_KEPT = 20

/** Requests to providers. They throw webhook.unreachable, so that the provider sends its message again. */
export type ProviderClient = ReturnType<typeof openProviderClient>

/**
 * `baseUrl` (PROVIDER_URL) replaces scheme and host. The URLs are from a body that is not verified yet, so redirects are not
 * followed, and further requests are refused while four are running.
 */
export function openProviderClient({ baseUrl }: { baseUrl?: string }) {
  const kept = new Map<string, string>()
  const slots = new Semaphore({ total: MAX_AT_ONCE, maxWaiting: 0 })
  const get = async (url: URL): Promise<string> => {
    const address = baseUrl ? new URL(url.pathname + url.search, baseUrl) : url
    try {
      return await slots.withSlot('providers', () => fetchText(address))
    } catch (cause) {
      const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
      throw new Fault('webhook.unreachable', { what: errorText(reason) }, { cause })
    }
  }
  return {
    get,
    /** For a text that does not change, such as a certificate: fetched once, unless others have displaced it. */
    async getOnce(url: URL): Promise<string> {
      const known = kept.get(url.href)
      if (known !== undefined) return known
      const text = await get(url)
      if (kept.size >= MAX_KEPT) kept.clear()
      kept.set(url.href, text)
      return text
    },
  }
}

async function fetchText(url: URL): Promise<string> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
  if (!response.ok) throw new Error(`status ${response.status}`)
  const reply = await response.text()
  if (reply.length > MAX_REPLY_LENGTH) throw new Error(`a reply above ${MAX_REPLY_LENGTH} characters`)
  return reply
}
