// After npm ci --omit=dev: removes what npm keeps only because an optional peer dependency names it. That is the Prisma
// CLI with its Studio, which has generated the client by now, and TypeScript. An install with dev dependencies stays as it is.
import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = join(import.meta.dirname, '..')
const isInstalled = (name) => existsSync(join(root, 'node_modules', name, 'package.json'))

/**
 * Those of the `packages` of package-lock.json that npm marks "devOptional", since only dev dependencies and optional peers
 * lead to them, and their binaries for each platform.
 */
export const onlyOptionalPeers = (packages) =>
  Object.entries(packages).flatMap(([path, { devOptional, optionalDependencies = {} }]) =>
    devOptional ? [path, ...Object.keys(optionalDependencies).map((name) => `node_modules/${name}`)] : [],
  )

if (pathToFileURL(realpathSync(process.argv[1])).href === import.meta.url && !isInstalled('vitest')) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  for (const path of onlyOptionalPeers(packages)) rmSync(join(root, path), { recursive: true, force: true })
}
