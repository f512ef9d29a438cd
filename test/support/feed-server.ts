import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ServedPage {
  /** 200 unless given. */
  status?: number
  headers?: Record<string, string>
  body?: string
  /** Never sends the response. */
  hangs?: true
}

export interface FeedServer {
  url: string
  /** What each path responds; 404 for another. */
  pages: Map<string, ServedPage>
  requests: { path: string; headers: IncomingHttpHeaders }[]
  close(): Promise<void>
}

/** A web server with feeds, whose pages a test may change. */
export async function startFeedServer(): Promise<FeedServer> {
  const pages: FeedServer['pages'] = new Map()
  const requests: FeedServer['requests'] = []
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    requests.push({ path, headers: request.headers })
    const { status = 200, headers = {}, body = '', hangs } = pages.get(path) ?? { status: 404 }
    if (hangs) return
    response.writeHead(status, { 'content-type': 'application/rss+xml', ...headers }).end(body)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pages,
    requests,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}

export interface FeedItemText {
  title: string
  abstract?: string
  doi?: string
  link?: string
  guid?: string
  date?: string
  author?: string
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const element = (name: string, text: string | undefined): string =>
  text === undefined ? '' : `<${name}>${escaped(text)}</${name}>`

const itemXml = ({ title, abstract, doi, link, guid, date, author }: FeedItemText): string =>
  `<item>${element('title', title)}${element('description', abstract)}${element('link', link)}${element('guid', guid)}${element('pubDate', date)}${element('dc:creator', author)}${element('dc:identifier', doi && `doi:${doi}`)}</item>`

/** A feed in RSS 2.0. */
export const feedXml = (items: readonly FeedItemText[], title = 'Journal of Tests'): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>${escaped(title)}</title><link>https://journal.example/</link>${items.map(itemXml).join('\n')}</channel></rss>`
