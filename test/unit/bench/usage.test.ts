import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { commentOf } from '../../../scripts/options-or-exit.ts'

const root = join(import.meta.dirname, '../../..')
const BENCHES = globSync('test/{bench,support/accuracy}/*.ts', { cwd: root })
  .map((file) => join(root, file))
  .filter((file) => /^export (async )?function bench[A-Z]/m.test(readFileSync(file, 'utf8')))

test.each(BENCHES.map((file) => [basename(file, '.ts'), file]))(
  'the usage of the bench `%s`, the comment in its file, has its command and its options',
  (name, file) => {
    const options = readFileSync(file, 'utf8').matchAll(
      /^ *.*?\b'?([a-z-]+)'?: \{ type: '(?:string|boolean)'/gm,
    )
    const usage = commentOf(file)
    expect(usage).toContain(`npm run bench -- ${name}`)
    expect(
      [...options].map(([, option]) => `--${option}`).filter((option) => !usage.includes(option)),
    ).toEqual([])
  },
)
