import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'

export const ASSETS_FOLDER = join(import.meta.dirname, 'assets')

/** Files that come from npm packages, by the file name in the URL. */
const FROM_PACKAGES = { 'htmx.js': fileURLToPath(import.meta.resolve('htmx.org/dist/htmx.min.js')) }

/**
 * The URL prefix of the assets, such as /assets/1f2e3d4c/. It contains a hash of all files, so browsers may cache them
 * forever.
 */
export const ASSETS_PATH = `/assets/${hashOfAssets()}/`

/** The cache options for assets. */
export const ASSET_CACHE_OPTIONS = { immutable: true, maxAge: '365d' } as const

function hashOfAssets(): string {
  const hash = createHash('sha256')
  const own = readdirSync(ASSETS_FOLDER).map((name) => [name, join(ASSETS_FOLDER, name)] as const)
  for (const [name, path] of [...own.sort(), ...Object.entries(FROM_PACKAGES)]) {
    hash.update(name).update(readFileSync(path))
  }
  return hash.digest('hex').slice(0, 8)
}

const SHEETS = readdirSync(ASSETS_FOLDER).filter((name) => name.endsWith('.css'))

/** Without comments and most blanks: a quarter of a style sheet. No string in it has a colon and a blank. */
const shortened = (css: string): string =>
  css
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/\s*\n\s*/g, '\n')
    .replaceAll(': ', ':')
    .replaceAll(' {', '{')
    .replace(/([{};,])\n/g, '$1')
    .replaceAll(';}', '}')

/** Serves the style sheets and the files from packages; @fastify/static serves the rest of the folder. */
export function addAssetRoutes(app: FastifyInstance): void {
  for (const name of SHEETS) {
    const css = shortened(readFileSync(join(ASSETS_FOLDER, name), 'utf8'))
    app.get(`${ASSETS_PATH}${name}`, (_request, reply) =>
      reply
        .type('text/css; charset=utf-8')
        .header('cache-control', 'public, max-age=31536000, immutable')
        .send(css),
    )
  }
  for (const [name, path] of Object.entries(FROM_PACKAGES)) {
    app.get(`${ASSETS_PATH}${name}`, (_request, reply) =>
      reply.sendFile(basename(path), dirname(path), ASSET_CACHE_OPTIONS),
    )
  }
}
