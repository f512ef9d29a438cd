import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import type { Crawl } from './crawl.ts'
import { staticPage } from './static-page.ts'

const STYLE = 'assets/static-copy.css'

/** Pages that forms lead to, and links to what a copy does not have: each copy has one of them. */
export const DEMO_ONLY = 'demo-only.html'
export const ABOUT_COPY = 'about-this-copy.html'

export interface CopyOptions {
  crawled: Crawl
  /** Of the running site. */
  origin: string
  /** Where the copy will be published: feeds and texts need whole URLs. */
  url: string
  /** The file that forms lead to. */
  formsFile: string
  /** On top of each page. */
  line: { text: string; link: string }
  /** The file, or the whole URL, for a link that leads to no crawled page. */
  elsewhere(target: URL): string
}

export interface StaticCopy {
  /** By file. */
  contents: Map<string, string>
  addPage(file: string, html: string): void
  addText(file: string, text: string): void
}

/** The crawled files as they are published. More can be added. */
export function openStaticCopy(options: CopyOptions): StaticCopy {
  const { crawled, origin, formsFile } = options
  const fileAt = (target: URL) => {
    const found = crawled.find(target)
    return found ? `${found.file}${target.hash}` : options.elsewhere(target)
  }
  const text = (raw: string) => publishedText(raw, { ...options, fileAt })
  const page = (file: string, html: string, base = new URL(origin)) => {
    const up = (to: string) => (isWhole(to) ? to : posix.relative(posix.dirname(file), to))
    const link = (href: string) => {
      const target = URL.parse(href, base.href)
      return target?.hostname === base.hostname ? up(fileAt(target)) : text(href)
    }
    const isWritten = (href: string) => crawled.find(new URL(href, base)) !== undefined
    const links = { link, text, isWritten, demoOnly: up(formsFile) }
    return staticPage(html, links, { line: lineOf(options.line, up(formsFile)), style: up(STYLE) })
  }
  const contents = new Map<string, string>()
  for (const { file, isHtml, body, url } of crawled.files.values())
    contents.set(file, isHtml ? page(file, body, url) : text(body))
  contents.set(STYLE, readFileSync(join(import.meta.dirname, 'static-copy.css'), 'utf8'))
  return {
    contents,
    addPage: (file, html) => void contents.set(file, page(file, html)),
    addText: (file, raw) => void contents.set(file, text(raw)),
  }
}

const isWhole = (target: string): boolean => URL.canParse(target)

const lineOf = ({ text, link }: CopyOptions['line'], href: string): string =>
  `<aside class="static-copy" aria-label="About this copy">${text} <a href="${href}">${link}</a></aside>`

/** URLs of the site in text become URLs of the published copy, also if they are encoded, as in a mailto: link. */
function publishedText(
  text: string,
  { origin, url, fileAt }: Pick<CopyOptions, 'origin' | 'url'> & { fileAt(target: URL): string },
): string {
  const published = (found: string) => new URL(fileAt(new URL(found)), url).href
  const { hostname } = new URL(origin)
  return text
    .replaceAll(new RegExp(`${origin}[^\\s<>"'\\\\)]*`, 'g'), published)
    .replaceAll(new RegExp(`${encodeURIComponent(origin)}[^&\\s"]*`, 'g'), (found) =>
      encodeURIComponent(published(decodeURIComponent(found))),
    )
    .replaceAll(`tag:${hostname},`, `tag:${new URL(url).hostname},`)
}

/** Throws rather than delete what this command did not write. */
export function requireOwnFolder(folder: string): void {
  if (!existsSync(folder)) return
  const names = readdirSync(folder)
  if (names.length === 0 || names.includes(DEMO_ONLY) || names.includes(ABOUT_COPY)) return
  throw new Error(`${folder} has other files. Name an empty folder, or one that this command wrote.`)
}

/** Replaces what the folder had. Returns the names of the files. */
export function writeFiles(folder: string, contents: ReadonlyMap<string, string>): string[] {
  rmSync(folder, { recursive: true, force: true })
  for (const [file, content] of contents) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), content)
  }
  return [...contents.keys()]
}
