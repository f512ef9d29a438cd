import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { linksOf } from '../site/static-page.ts'

const ELSEWHERE = /^(https?:|mailto:|data:)/

/** The links of all pages in `folder` that lead to no file or to no place in a page: "page.html: other.html#place". */
export function brokenLinks(folder: string): string[] {
  const pages = new Map(
    globSync('**/*.html', { cwd: folder }).map((page) => [page, readFileSync(join(folder, page), 'utf8')]),
  )
  const isFound = (page: string, href: string) => {
    const [name = '', place] = href.split('#')
    const file = name ? posix.join(posix.dirname(page), decodeURI(name.replace(/\?.*/, ''))) : page
    if (!existsSync(join(folder, file))) return false
    return !place || pages.get(file)?.includes(` id="${place}"`) === true
  }
  return [...pages].flatMap(([page, html]) =>
    linksOf(html)
      .filter((href) => !ELSEWHERE.test(href) && !isFound(page, href))
      .map((href) => `${page}: ${href}`),
  )
}
