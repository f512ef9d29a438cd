import { type CopiedPages, fileOf, keyOf } from './written-pages.ts'

const FEEDS = ['/feed.xml', '/feed.json']
/** Lists by date; a paper's path begins with its identifier. */
const LIST = /^\/papers\/(date|week|month)\/|^\/papers\/(week|month|trending)$/
const ASSET = /^\/assets\/[\w.-]+\.(css|svg)$/
const CITATION = /\.(bib|ris|csl\.json)$/

/** All lists and papers of an archive. `lists`: the paths of lists that have papers. */
export function archivePages(lists: ReadonlySet<string>): CopiedPages {
  const isPaper = (key: string) => /^\/papers\/[^?]+$/.test(key) && !LIST.test(key)
  return {
    start: ['/', ...FEEDS, ...lists],
    isWritten: (key) => {
      const [path = '', query] = key.split('?')
      if (lists.has(path)) return !query || /^((sort|code|page)=\w+&?)+$/.test(query)
      return isPaper(key) || ASSET.test(key) || key === '/'
    },
    fileOf,
  }
}

/** The results of one query, and these papers. `papers`: the paths of all that match. */
export function topicPages(topic: string, papers: ReadonlySet<string>): CopiedPages {
  const search = new URLSearchParams({ q: topic })
  const keyAt = (path: string) => keyOf(new URL(`${path}?${search}`, 'http://localhost'))
  const [first, feeds] = [keyAt('/papers'), FEEDS.map(keyAt)]
  const isPage = (key: string) =>
    key.startsWith(`${first}&`) && /^page=\d+$/.test(key.slice(first.length + 1))
  return {
    start: [first, ...feeds],
    isWritten: (key) =>
      key === first ||
      isPage(key) ||
      feeds.includes(key) ||
      papers.has(key.replace(CITATION, '')) ||
      ASSET.test(key),
    fileOf: (key, page) => {
      if (key === first) return 'index.html'
      if (isPage(key)) return `page-${key.slice(key.lastIndexOf('=') + 1)}.html`
      return feeds.includes(key) ? key.slice(1).replace(/\?.*/, '') : fileOf(key, page)
    },
  }
}
