import { isUtf8 } from 'node:buffer'

// The usual encoding of text that is not UTF-8, whatever label it has:
// https://encoding.spec.whatwg.org/#names-and-labels
const FALLBACK_CHARSET = 'windows-1252'

/**
 * Decodes bytes by the charset in the content type or in an XML declaration, else as UTF-8. If UTF-8 gives more
 * replacement characters than valid non-ASCII characters, decodes as windows-1252 instead. Never throws.
 */
export function decodeBody(bytes: Buffer, contentType: string | null): string {
  const named = charsetIn(contentType ?? '') ?? charsetIn(declarationIn(bytes))
  if (named) return decoderOf(named).decode(bytes)
  const isBroken = !isUtf8(bytes) && isMostlyBroken(bytes.subarray(0, MAX_SAMPLE_LENGTH))
  return new TextDecoder(isBroken ? FALLBACK_CHARSET : 'utf-8').decode(bytes)
}

const declarationIn = (bytes: Buffer): string =>
  /^\s*<\?xml[^>]*/.exec(bytes.subarray(0, 200).toString('latin1'))?.[0] ?? ''

const charsetIn = (text: string): string | undefined => {
  const name = /(?:charset|encoding)\s*=\s*["']?([\w.:-]+)/i.exec(text)?.[1]
  return name && !/^utf-?8$/i.test(name) ? name : undefined
}

function decoderOf(name: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(name)
  } catch {
    return new TextDecoder()
  }
}

const BROKEN = 0xfffd
const MAX_SAMPLE_LENGTH = 1_000_000

// Counts character by character: an array of regex matches takes ten times the memory of the text.
function isMostlyBroken(bytes: Buffer): boolean {
  const text = new TextDecoder().decode(bytes)
  let balance = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 0x7f) balance += code === BROKEN ? 1 : -1
  }
  return balance > 0
}
