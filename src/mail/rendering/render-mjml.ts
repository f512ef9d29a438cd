import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const ROOT = resolve(import.meta.dirname, '../../..')
const RENDER_PROGRAM = 'src/mail/rendering/render-mjml-process.ts'
const TEMPLATES = 'templates/emails'
const CACHE_FILE = 'email-layout.json'
const MAX_BYTES = 10_000_000

type Html<Name extends string> = Record<Name, string>

/** The colors of links and buttons, on light and dark ground. */
export interface Accents {
  light: string
  dark: string
}
const OUR_ACCENTS: Accents = { light: '#12564f', dark: '#7fcabd' }

interface Layout {
  accents: Accents
  names: readonly string[]
}

const rendered = new Map<string, Promise<Html<string>>>()

/**
 * The HTML of templates/emails/<name>/body.mjml, by name, once per process. MJML takes half a second, so its output is
 * kept in `cacheFolder` until the templates or the packages change. Rejects with MJML's own error.
 */
export function renderMjml<Name extends string>(
  names: readonly Name[],
  { accents = OUR_ACCENTS, cacheFolder }: { accents?: Accents; cacheFolder?: string } = {},
): Promise<Html<Name>> {
  const layout = { accents, names }
  const key = [cacheFolder, accents.light, accents.dark, ...names].join('\n')
  const cached = rendered.get(key) ?? (cacheFolder ? renderOnce(layout, cacheFolder) : runMjml(layout))
  rendered.set(key, cached)
  cached.catch(() => rendered.delete(key))
  return cached
}

/** A cache that cannot be read or written, such as on a read-only disk, is no error. */
async function renderOnce(layout: Layout, folder: string): Promise<Html<string>> {
  const file = join(folder, CACHE_FILE)
  const source = await sourceHash(layout)
  const stored = await readFile(file, 'utf8')
    .then(JSON.parse, () => null)
    .catch(() => null)
  if (stored?.source === source && stored.hash === hashOf(stored.html)) return stored.html
  const html = await runMjml(layout)
  const partialFile = `${file}.new`
  await mkdir(folder, { recursive: true })
    .then(() => writeFile(partialFile, JSON.stringify({ source, hash: hashOf(html), html })))
    .then(() => rename(partialFile, file))
    .catch(() => {})
  return html
}

/** A damaged layout could lack a link, so it must not be used. */
const hashOf = (html: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(html) ?? '')
    .digest('hex')

/** Changes with everything that MJML's output depends on: colors, templates, program, and the versions in package.json. */
async function sourceHash({ accents, names }: Layout): Promise<string> {
  const hash = createHash('sha256').update([accents.light, accents.dark, ...names].join(' '))
  const templates = (await readdir(join(ROOT, TEMPLATES), { recursive: true }))
    .filter((name) => name.endsWith('.mjml'))
    .sort()
  for (const file of ['package.json', RENDER_PROGRAM, ...templates.map((name) => join(TEMPLATES, name))])
    hash.update(file).update(await readFile(join(ROOT, file)))
  return hash.digest('hex')
}

/** Runs in a child process, so that MJML's memory, some 100 MB, is freed at the end. */
async function runMjml({ accents: { light, dark }, names }: Layout): Promise<Html<string>> {
  const args = ['--disable-warning=ExperimentalWarning', join(ROOT, RENDER_PROGRAM), light, dark, ...names]
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: MAX_BYTES })
  return JSON.parse(stdout)
}
