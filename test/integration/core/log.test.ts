import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const LOG = resolve(import.meta.dirname, '../../../src/core/log.ts')
const FULL = '/dev/full'
const missing = existsSync(FULL) ? '' : `: this system has no ${FULL}`

test.skipIf(missing)(`a log whose disk is full ends no process${missing}`, () => {
  const program = `
    import { openLog } from '${LOG}'
    const log = openLog('info')
    for (let line = 0; line < 5000; line++) log.info('tick.claimed', { line })
    console.log('done')`
  const full = openSync(FULL, 'w')
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', full],
    encoding: 'utf8',
    timeout: 30_000,
  })
  closeSync(full)
  expect(status).toBe(0)
  expect(stdout).toBe('done\n')
})
