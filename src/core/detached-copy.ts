/**
 * A copy of a text that was cut from a longer one, or put together of others: these can then be garbage collected.
 */
export function detachedCopy(text: string): string {
  const encoding = text.isWellFormed() ? 'utf8' : 'utf16le'
  return Buffer.from(text, encoding).toString(encoding)
}
