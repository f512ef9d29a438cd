/** Decodes bytes in the named charset, else UTF-8, else Latin-1, so that a wrong charset name loses no text. */
export function decode(bytes: Uint8Array, charset = ''): string {
  for (const name of [charset.trim(), 'utf-8']) {
    const text = SAYS_NOTHING.test(name) ? null : strictly(bytes, name)
    if (text !== null) return text
  }
  return new TextDecoder('windows-1252').decode(bytes)
}

const SAYS_NOTHING = /^(?:|(?:us-?)?ascii|unknown.*|x-unknown)$/i

function strictly(bytes: Uint8Array, charset: string): string | null {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes, { stream: true }) // text may end mid-character
  } catch {
    return null
  }
}

const WORD = /=\?([\w.:-]{1,40})(?:\*[\w-]*)?\?([bq])\?([^?\s]{0,1000})\?=/gi

/** Decodes the encoded words (RFC 2047) of a header value; everything else is unchanged. */
export const decodeEncodedWords = (value: string): string =>
  value
    .replace(/(\?=)\s{1,10}(?==\?)/g, '$1')
    .replace(WORD, (_word, charset: string, kind: string, coded: string) =>
      decode(kind.toLowerCase() === 'b' ? Buffer.from(coded, 'base64') : quoted(coded), charset),
    )

const quoted = (coded: string): Buffer =>
  Buffer.from(
    coded
      .replace(/_/g, ' ')
      .replace(/=([\da-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    'latin1',
  )
