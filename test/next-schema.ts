// npm run test:next-schema [-- PATH …]
// The integration tests of this release on the schema of a later one; with PATH only the test files there. An operator may
// go back to the previous release, so each release must run on the schema of the next: test/fixtures/later-migrations has
// what such a schema may add.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { optionsOrExit } from '../scripts/options-or-exit.ts'

const root = join(import.meta.dirname, '..')
const { positionals: paths } = optionsOrExit((args) => parseArgs({ args, allowPositionals: true }))
const { status } = spawnSync(
  'npm',
  ['-s', 'test', '--', ...(paths.length > 0 ? paths : ['test/integration'])],
  {
    cwd: root,
    env: { ...process.env, NEXT_SCHEMA: '1' },
    stdio: 'inherit',
  },
)
process.exit(status ?? 1)
