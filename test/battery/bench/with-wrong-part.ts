// Runs a program of ours with one of its files in the place of another: with-wrong-part.ts REAL WRONG PROGRAM [ARG …],
// paths from this repository's root. The wrong one may import the real one, and get it.
import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = resolve(import.meta.dirname, '../../..')
const urlOf = (path: string): string => pathToFileURL(resolve(root, path)).href

const [real = '', wrong = '', program = ''] = process.argv.splice(2, 3)
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context)
    const isReplaced = found.url === urlOf(real) && context.parentURL !== urlOf(wrong)
    return isReplaced ? { ...found, url: urlOf(wrong) } : found
  },
})
await import(urlOf(program))
