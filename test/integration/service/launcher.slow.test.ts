import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterEach, expect, test } from 'vitest'
import { freePort } from '../../../src/core/database/embedded-postgres.ts'
import { useDatabase } from '../../support/database.ts'
import { startProgram } from '../../support/processes.ts'
import { eventually } from '../../support/until.ts'

const database = useDatabase()
const cleanups: (() => unknown)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

/** What `npm start` runs: a launcher, and the service as its child. */
async function startLaunched() {
  const port = await freePort()
  const settings = {
    DATABASE_URL: database.url,
    PORT: String(port),
    HF_URL: 'http://127.0.0.1:1',
    LOG_LEVEL: 'info',
  }
  const launcher = startProgram(
    ['scripts/launch.mjs', '--no-fetch', 'src/main.ts', '--roles', 'web'],
    settings,
  )
  const lines: { event: string; pid: number }[] = []
  createInterface({ input: launcher.stderr! }).on('line', (line) => lines.push(JSON.parse(line)))
  const hasLogged = (event: string) => lines.some((line) => line.event === event)
  cleanups.push(() => launcher.kill('SIGKILL'))
  await eventually(() => hasLogged('service.started'), { seconds: 60 })
  const { pid } = lines[0]!
  cleanups.push(() => isRunning(pid) && process.kill(pid, 'SIGKILL'))
  return { launcher, exit: once(launcher, 'exit'), pid, port, hasLogged }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a service whose launcher was killed stops, so that the next one can have its port', async () => {
  const { launcher, pid, port, hasLogged } = await startLaunched()
  launcher.kill('SIGKILL')
  await eventually(() => !isRunning(pid), { seconds: 10 })
  expect(hasLogged('service.stopped')).toBe(true)
  await expect(fetch(`http://127.0.0.1:${port}/live`)).rejects.toThrow()
}, 90_000)

test('a signal to the launcher stops the service, and both end with 0', async () => {
  const { launcher, exit, pid, hasLogged } = await startLaunched()
  launcher.kill('SIGTERM')
  expect(await exit).toEqual([0, null])
  expect(isRunning(pid)).toBe(false)
  expect(hasLogged('service.stopped')).toBe(true)
}, 90_000)
