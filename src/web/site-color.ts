import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config/config.ts'

/** The style sheet with the colors of SITE_COLOR; undefined if it is not set. Its path has a hash: caches keep it. */
export function colorSheet({ SITE_COLOR: color }: Config): { path: string; css: string } | undefined {
  if (!color) return undefined
  const accent = `--accent:light-dark(${color.light},${color.dark});--on-accent:light-dark(#ffffff,#10201d)`
  const bar = `--bar:light-dark(${color.bar.light},${color.bar.dark})`
  const css = `@layer tokens{@media not print{:root{${accent};${bar}}}}\n`
  return { path: `/assets/color-${createHash('sha256').update(css).digest('hex').slice(0, 8)}.css`, css }
}

export function addColorSheet(app: FastifyInstance, config: Config): void {
  const sheet = colorSheet(config)
  if (!sheet) return
  app.get(sheet.path, (_request, reply) =>
    reply
      .header('cache-control', 'public, max-age=31536000, immutable')
      .type('text/css; charset=utf-8')
      .send(sheet.css),
  )
}
