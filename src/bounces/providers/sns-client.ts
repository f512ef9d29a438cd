import { errorText, Fault } from '../../core/errors.ts'

const TIMEOUT_MS = 10_000
const MAX_REPLY_LENGTH = 20_000

/** Requests to SNS. They throw webhook.unreachable, so that SNS sends its message again. */
export type SnsClient = ReturnType<typeof openSnsClient>

/**
 * `baseUrl` (SNS_URL) replaces scheme and host. The URLs are from a body that is not verified yet, so redirects are not
 * followed.
 */
export function openSnsClient({ baseUrl }: { baseUrl?: string }) {
  const certificates = new Map<string, string>()
  const textAt = async (url: URL): Promise<string> => {
    try {
      const response = await fetch(baseUrl ? new URL(url.pathname + url.search, baseUrl) : url, {
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      if (!response.ok) throw new Error(`status ${response.status}`)
      const reply = await response.text()
      if (reply.length > MAX_REPLY_LENGTH) throw new Error(`a reply above ${MAX_REPLY_LENGTH} characters`)
      return reply
    } catch (cause) {
      const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
      throw new Fault('webhook.unreachable', { what: errorText(reason) }, { cause })
    }
  }
  return {
    /** The certificate (PEM) at a URL; each is fetched once. */
    certificate: async (url: URL): Promise<string> => {
      const pem = certificates.get(url.href) ?? (await textAt(url))
      certificates.set(url.href, pem)
      return pem
    },
    confirm: async (url: URL): Promise<void> => void (await textAt(url)),
  }
}
