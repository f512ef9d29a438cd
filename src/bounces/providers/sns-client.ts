import { errorText, Fault } from '../../core/errors.ts'
import { Semaphore } from '../../core/semaphore.ts'

const TIMEOUT_MS = 10_000
const MAX_REPLY_LENGTH = 20_000
const MAX_AT_ONCE = 4
const MAX_CERTIFICATES = 20

/** Requests to SNS. They throw webhook.unreachable, so that SNS sends its message again. */
export type SnsClient = ReturnType<typeof openSnsClient>

/**
 * `baseUrl` (SNS_URL) replaces scheme and host. The URLs are from a body that is not verified yet, so redirects are not
 * followed, and further requests are refused while four are running.
 */
export function openSnsClient({ baseUrl }: { baseUrl?: string }) {
  const certificates = new Map<string, string>()
  const slots = new Semaphore({ total: MAX_AT_ONCE, maxWaiting: 0 })
  const textAt = async (url: URL): Promise<string> => {
    const address = baseUrl ? new URL(url.pathname + url.search, baseUrl) : url
    try {
      return await slots.withSlot('sns', () => fetchText(address))
    } catch (cause) {
      const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
      throw new Fault('webhook.unreachable', { what: errorText(reason) }, { cause })
    }
  }
  return {
    /** The certificate (PEM) at a URL; each is fetched once, unless others have displaced it. */
    certificate: async (url: URL): Promise<string> => {
      const known = certificates.get(url.href)
      if (known !== undefined) return known
      const pem = await textAt(url)
      if (certificates.size >= MAX_CERTIFICATES) certificates.clear()
      certificates.set(url.href, pem)
      return pem
    },
    confirm: async (url: URL): Promise<void> => void (await textAt(url)),
  }
}

async function fetchText(url: URL): Promise<string> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
  if (!response.ok) throw new Error(`status ${response.status}`)
  const reply = await response.text()
  if (reply.length > MAX_REPLY_LENGTH) throw new Error(`a reply above ${MAX_REPLY_LENGTH} characters`)
  return reply
}
