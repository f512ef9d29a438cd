import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const WEB = resolve(import.meta.dirname, '../../src/web')

/** The first part of every path of the site that holds a token: "manage" for /manage/:token. */
export function tokenFolders(): string[] {
  const source = readdirSync(WEB, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(WEB, path), 'utf8'))
    .join('\n')
  const found = new Set([...source.matchAll(/['`]\/([\w-]+)\/:token/g)].map(([, folder]) => folder!))
  if (found.size <= 5) throw new Error('the paths with tokens are not found in src/web')
  return [...found]
}
