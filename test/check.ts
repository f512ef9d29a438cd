// The quick checks, in the order in which they fail fastest: npm run check
// With `-- static` the tests are left out, for who runs them all anyway.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

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

const wanted = process.argv.includes('static') ? CHECKS.slice(0, -1) : CHECKS
const failed = wanted.filter(([what, command, args]) => {
  console.log(`\n── ${what}`)
  return spawnSync(command, args, { stdio: 'inherit' }).status !== 0
})
console.log(failed.length ? `\nFailed: ${failed.map(([what]) => what).join(', ')}` : '\nAll checks passed.')
process.exit(failed.length ? 1 : 0)
