// The integration tests of this release on the schema of a later one: npm run test:next-schema
// With `-- PATH …` only the test files there. An operator may go back to the release before, so each release must run on the
// schema of the next: test/fixtures/later-migrations is what such a schema may have more.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const [...paths] = process.argv.slice(2)
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
