/**
 * Returns a URL whose path can be decoded. In a path that an email program or a scanner garbled, percent signs are
 * escaped. Such a request then gets our 404, with our headers, instead of the router's own response.
 */
export function toDecodableUrl(url: string): string {
  const [path = ''] = url.split(/[?#]/, 1)
  try {
    decodeURI(path)
    return url
  } catch {
    return path.replaceAll('%', '%25') + url.slice(path.length)
  }
}
