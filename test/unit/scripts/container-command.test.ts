import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** Has a `node` that prints what it is to run. */
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'container-'))
  writeFileSync(join(folder, 'node'), '#!/bin/sh\necho "$@"\n')
  chmodSync(join(folder, 'node'), 0o755)
})
afterAll(() => rmSync(folder, { recursive: true }))

const runInImage = (args: string[], DATABASE_URL: string) =>
  spawnSync('/bin/sh', ['scripts/container/daily-papers', ...args], {
    env: { PATH: folder, DATABASE_URL },
    encoding: 'utf8',
  })

test.each([[['start']], [['start', '--roles', 'web']], [['doctor']]])(
  'the command of the image refuses %j with DATABASE_URL=embedded, which the image does not have',
  (args) => {
    const { status, stdout, stderr } = runInImage(args, 'embedded')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^DATABASE_URL=embedded: .*\.env/)
  },
)

test.each([
  [['start', '--roles', 'web'], /main\.ts --roles web\n$/],
  [['doctor'], /cli\.ts doctor\n$/],
])('the command of the image runs %j with the URL of a database', (args, program) => {
  const { status, stdout } = runInImage(args, 'postgresql://papers@db/papers')
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(program) })
})
