import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../../..')
const read = (path: string): string => readFileSync(resolve(ROOT, path), 'utf8')

/** The options of Node in the command that starts the service; the launcher adds the one about warnings. */
const flagsIn = (command: string | undefined): string[] =>
  (command ?? '').match(/--(?!no-fetch|disable-warning)[\w-]+(=\w+)?/g) ?? []

const STARTS = {
  'npm start': JSON.parse(read('package.json')).scripts.start,
  'daily-papers start of the image': read('scripts/container/daily-papers').match(
    /^.*src\/main\.ts.*$/m,
  )?.[0],
  'systemd unit': read('docs/recipes/daily-papers.service').match(/^ExecStart=.*$/m)?.[0],
}

test.each(Object.entries(STARTS))('%s gives Node the flags that keep its memory small', (_name, command) =>
  expect(flagsIn(command)).toEqual(['--max-semi-space-size=2']),
)
