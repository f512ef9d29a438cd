import { Fault, textOf } from '../../core/errors.ts'

/** Asks SNS itself. Throws webhook.unreachable: its message is to come again. */
export interface SnsClient {
  /** The certificate (PEM) at an address; each is fetched once. */
  certificate(url: URL): Promise<string>
  confirm(url: URL): Promise<void>
}

const TIMEOUT_MS = 10_000
const MAX_REPLY_LENGTH = 20_000
const MAX_KEPT = 20
const MAX_AT_ONCE = 4

/**
 * `baseUrl` (SNS_URL) stands in for scheme and host. The addresses are of a body that is not proved yet: no redirect is
 * followed, and no more than four are asked at once.
 */
export function openSnsClient({ baseUrl }: { baseUrl?: string }): SnsClient {
  const kept = new Map<string, string>()
  let asking = 0
  const ask = async (url: URL): Promise<string> => {
    if (asking >= MAX_AT_ONCE) throw new Fault('webhook.unreachable', { what: 'too many are asked at once' })
    asking++
    try {
      return await textAt(baseUrl ? new URL(url.pathname + url.search, baseUrl) : url)
    } finally {
      asking--
    }
  }
  return {
    async certificate(url) {
      const known = kept.get(url.href)
      if (known !== undefined) return known
      const pem = await ask(url)
      if (kept.size >= MAX_KEPT) kept.clear()
      kept.set(url.href, pem)
      return pem
    },
    confirm: async (url) => void (await ask(url)),
  }
}

async function textAt(url: URL): Promise<string> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
    if (!response.ok) throw new Error(`status ${response.status}`)
    return await shortText(response)
  } catch (cause) {
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
    throw new Fault('webhook.unreachable', { what: textOf(reason) }, { cause })
  }
}

async function shortText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > MAX_REPLY_LENGTH) throw new Error(`an answer above ${MAX_REPLY_LENGTH} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
