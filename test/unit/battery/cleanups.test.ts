import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const module = join(import.meta.dirname, '../../battery/bench/cleanups.ts')
const PROGRAM = `
import { setTimeout as sleep } from 'node:timers/promises'
import { atEndOfRun, endWithSignals } from ${JSON.stringify(module)}
atEndOfRun(async () => {
  await sleep(300)
  console.log('cleaned')
})
endWithSignals(() => console.log('reported'))
setInterval(() => {}, 1000)
console.log('ready')
`

test('`endWithSignals` cleans up once, also if the signal is repeated meanwhile', async () => {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', PROGRAM])
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (text.includes('ready') || text.includes('reported')) child.kill('SIGTERM')
  })
  const [code] = await once(child, 'close')
  expect({ code, lines: output.trim().split('\n') }).toEqual({
    code: 143,
    lines: ['ready', 'reported', 'cleaned'],
  })
})
