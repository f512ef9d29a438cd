// After npm ci --omit=dev: removes what npm keeps only because an optional peer dependency names it. That is the Prisma
// CLI with its Studio, which has generated the client by now, and TypeScript. An install with dev dependencies stays as it is.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const isInstalled = (name) => existsSync(join(root, 'node_modules', name, 'package.json'))

// npm marks such packages "devOptional": only dev dependencies and optional ones lead to them.
if (!isInstalled('vitest')) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  for (const [path, { devOptional, optionalDependencies = {} }] of Object.entries(packages)) {
    if (!devOptional) continue
    const own = Object.keys(optionalDependencies).map((name) => `node_modules/${name}`)
    for (const gone of [path, ...own]) rmSync(join(root, gone), { recursive: true, force: true })
  }
}
