import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ASSETS_FOLDER = join(import.meta.dirname, 'assets')

/** Where the assets stand, /assets/1f2e3d4c/: another path when any byte of them changes, so that they keep for ever. */
export const ASSETS_PATH = `/assets/${hashOfAssets()}/`

function hashOfAssets(): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(ASSETS_FOLDER).sort()) {
    hash.update(name).update(readFileSync(join(ASSETS_FOLDER, name)))
  }
  return hash.digest('hex').slice(0, 8)
}
