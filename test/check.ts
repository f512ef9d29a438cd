// npm run check [-- static]
// The quick checks, in the order in which they fail fastest. With `static` no tests, for when test:all runs them anyway.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { optionsOrExit } from '../scripts/options-or-exit.ts'

const modules = join(import.meta.dirname, '../node_modules')
const node = process.execPath

const CHECKS: [what: string, command: string, args: string[]][] = [
  ['format and lint', join(modules, '.bin/biome'), ['ci', '.']],
  ['types', node, [join(modules, 'typescript/bin/tsc')]],
  ['unused files and exports', node, [join(modules, 'knip/bin/knip.js')]],
  [
    'architecture, documents and unit tests',
    node,
    [
      join(modules, 'vitest/vitest.mjs'),
      'run',
      'test/architecture.test.ts',
      'test/docs.test.ts',
      'test/unit',
    ],
  ],
]

const wanted = optionsOrExit((args) => {
  const [only, ...more] = parseArgs({ args, allowPositionals: true }).positionals
  if (only === undefined) return CHECKS
  if (only !== 'static' || more.length > 0) throw new Error('Only "static" can be chosen.')
  return CHECKS.slice(0, -1)
})
const failed = wanted.filter(([what, command, args]) => {
  console.log(`\n── ${what}`)
  return spawnSync(command, args, { stdio: 'inherit' }).status !== 0
})
console.log(failed.length ? `\nFailed: ${failed.map(([what]) => what).join(', ')}` : '\nAll checks passed.')
process.exit(failed.length ? 1 : 0)
