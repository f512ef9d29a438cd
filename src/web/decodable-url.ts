/**
 * A request's URL with a path that can be decoded: one that a mail program or a scanner garbled keeps its percent
 * signs as they are, and so gets an answer of ours, with the headers of every answer, instead of the router's own.
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
