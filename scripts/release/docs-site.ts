import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { Eta } from 'eta'
import { Marked, type Token } from 'marked'
import { getHeadingList, gfmHeadingId } from 'marked-gfm-heading-id'
import type { Published } from './published.ts'
import { filesOfGit, ROOT } from './run.ts'

const DOCUMENTS = [':(glob)*.md', 'docs', 'src/README.md', '.env.example', 'LICENSE']
const ASSETS = ['src/web/assets/site.css', 'src/web/assets/icon.svg', 'scripts/release/docs.css']
/** On top of each page, beside the demo. */
const LINKS = {
  Contents: 'docs/README.md',
  Install: 'docs/install.md',
  Settings: 'docs/configuration.md',
  Commands: 'docs/cli.md',
  Changelog: 'CHANGELOG.md',
}
/** Where the demo is, unless it is published somewhere else. */
export const DEMO_FOLDER = 'demo'

/** The file of the site for a file of the repository: docs/README.md is its first page. */
export function fileOf(path: string): string {
  if (path === 'docs/README.md') return 'index.html'
  const inSite = path.replace(/^docs\//, '')
  if (path.endsWith('.md')) return inSite.toLowerCase().replace(/md$/, 'html')
  // A static host does not send files whose names begin with a dot.
  return inSite.replace(/^\./, '')
}

export interface DocumentOptions {
  /** Of the repository, with forward slashes. */
  path: string
  /** All files that the site has. */
  paths: ReadonlySet<string>
  version: string
  published: Pick<Published, 'repository' | 'demo'>
}

/** A link of a document, seen from its page. Empty if it leads to a file that no one can open without the repository. */
function linkFrom({ path, paths, version, published }: DocumentOptions, href: string): string {
  if (/^(https?:|mailto:|#)/.test(href)) return href
  const [name = '', hash] = href.split('#')
  const target = posix.join(posix.dirname(path), name)
  if (paths.has(target)) {
    const file = posix.relative(posix.dirname(fileOf(path)), fileOf(target))
    return hash ? `${file}#${hash}` : file
  }
  return published.repository && `${published.repository}/blob/v${version}/${target}`
}

/** A document of the repository as a page. */
export function documentPage(markdown: string, options: DocumentOptions): string {
  const link = (href: string) => linkFrom(options, href)
  const marked = new Marked(gfmHeadingId(), {
    walkTokens: (token: Token) => {
      if (token.type === 'link' || token.type === 'image') token.href = link(token.href)
    },
    renderer: {
      link({ href, tokens }) {
        return href ? false : this.parser.parseInline(tokens)
      },
      code({ text }) {
        return `<pre ${scrolling('Example')}><code>${escaped(text)}</code></pre>\n`
      },
    },
  })
  const content = (marked.parse(markdown) as string)
    .replaceAll('<table>', `<div class="table" ${scrolling('Table')}><table>`)
    .replaceAll('</table>', '</table></div>')
  const headings = getHeadingList()
  const up = posix.relative(posix.dirname(fileOf(options.path)), '')
  const eta = new Eta({ views: import.meta.dirname, autoTrim: false })
  return eta.render('docs-page.eta', {
    title: headings[0]?.raw ?? options.path,
    version: options.version,
    up: up && `${up}/`,
    content,
    sections: headings.filter(({ level }) => level === 2),
    links: linksOnTop(options),
  })
}

function linksOnTop(options: DocumentOptions) {
  const { path, published } = options
  const page = fileOf(path)
  const links = Object.entries(LINKS).map(([name, target]) => ({
    name,
    href: posix.relative(posix.dirname(page), fileOf(target)),
    current: target === path,
  }))
  const demo = posix.relative(posix.dirname(page), `${DEMO_FOLDER}/index.html`)
  return [...links, { name: 'Demo', href: published.demo || demo, current: false }]
}

/** What is wider than the screen scrolls by itself, also by keyboard, for which it needs a name. */
const scrolling = (name: string): string => `role="group" aria-label="${name}" tabindex="0"`

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char]!)

/** Writes all documents as pages, with their pictures and files. Returns the number of pages. */
export async function writeDocs(
  folder: string,
  { version, published }: Pick<DocumentOptions, 'version' | 'published'>,
): Promise<number> {
  const paths = new Set(await filesOfGit(DOCUMENTS))
  const targetOf = (name: string) => {
    const target = join(folder, name)
    mkdirSync(dirname(target), { recursive: true })
    return target
  }
  const pages = [...paths].filter((path) => path.endsWith('.md'))
  for (const path of paths) {
    const source = join(ROOT, path)
    if (!path.endsWith('.md')) cpSync(source, targetOf(fileOf(path)))
    else {
      const page = documentPage(readFileSync(source, 'utf8'), { path, paths, version, published })
      writeFileSync(targetOf(fileOf(path)), page)
    }
  }
  for (const path of ASSETS) cpSync(join(ROOT, path), targetOf(`assets/${posix.basename(path)}`))
  return pages.length
}
