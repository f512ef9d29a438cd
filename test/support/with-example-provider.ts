// Runs a program with the line of one more provider in the registry: with-example-provider.ts PROGRAM [ARG …]
import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = resolve(import.meta.dirname, '../..')
const urlOf = (path: string): string => pathToFileURL(resolve(root, path)).href

const [program = ''] = process.argv.splice(2, 1)
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (url !== urlOf('src/bounces/providers/registry.ts')) return loaded
    const source = String(loaded.source)
    const line = `import { example } from '${urlOf('test/support/example-provider.ts')}'\n`
    return { ...loaded, source: line + source.replace('PROVIDERS = [', 'PROVIDERS = [example, ') }
  },
})
await import(urlOf(program))
