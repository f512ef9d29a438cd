import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { until } from '../../support/until.ts'
import { openCompose } from '../../year/compose.ts'

/** Writes each command that begins or ends to a log; `up` lasts until SIGTERM and then takes a moment. */
const DOCKER = `#!/bin/sh
log=$(dirname "$0")/log
for last; do :; done
echo "$last" >>"$log"
[ "$last" = up ] || exit 0
trap 'sleep 0.2; echo up ended >>"$log"; exit 1' TERM
while :; do sleep 0.05; done
`
const folder = mkdtempSync(join(tmpdir(), 'fake-docker-'))
writeFileSync(join(folder, 'docker'), DOCKER, { mode: 0o755 })
const log = () => readFileSync(join(folder, 'log'), { encoding: 'utf8', flag: 'a+' }).split('\n').slice(0, -1)

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

test('`down` removes the containers after an abort, once the commands that it ends have ended', async () => {
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`)
  const stopping = new AbortController()
  const compose = openCompose(folder, 'sample', [], stopping.signal)
  const up = compose.run(['up'])
  up.catch(() => {})
  await until('up has started', () => log()[0])
  stopping.abort()
  await compose.down()
  await expect(up).rejects.toThrow()
  await expect(compose.run(['up'])).rejects.toThrow()
  expect(log()).toEqual(['up', 'up ended', '20']) // the last argument of `down` is its timeout
})
