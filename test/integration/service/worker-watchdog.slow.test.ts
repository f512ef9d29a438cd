import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { freePort } from '../../../src/core/database/embedded-postgres.ts'
import { openIncidents } from '../../../src/core/incident.repo.ts'
import { programWith } from '../../battery/bench/wrong-part.ts'
import { useDatabase } from '../../support/database.ts'
import { startProgram } from '../../support/processes.ts'
import { eventually } from '../../support/until.ts'

/** With these settings the worker thread hangs on SIGCONT. */
const HANGS = {
  NODE_OPTIONS: `--import=${new URL('../../support/hang-worker-thread.ts', import.meta.url).href}`,
}
const OFTEN_PINGED = { real: 'src/service/service.ts', wrong: 'test/support/service-with-frequent-pings.ts' }
/** After so long without a reply it would count as hung. */
const HUNG_AFTER_MS = 15 * 400
const SOME_PINGS_MS = 5 * 400

const database = useDatabase()
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

/** A process with the roles web and worker, whose thread is pinged often. */
async function startPinged(settings: Record<string, string> = {}) {
  const port = await freePort()
  const service = startProgram([...programWith(OFTEN_PINGED, 'src/main.ts'), '--roles', 'web,worker'], {
    DATABASE_URL: database.url,
    PORT: String(port),
    HF_URL: 'http://127.0.0.1:1',
    LOG_LEVEL: 'info',
    ...settings,
  })
  cleanups.push(() => service.kill('SIGKILL'))
  const ended = once(service, 'exit')
  const events: string[] = []
  createInterface({ input: service.stderr! }).on('line', (line) => events.push(JSON.parse(line).event))
  await eventually(() => events.includes('service.started'), { seconds: 60 })
  const ready = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/ready`)
    return [response.status, ((await response.json()) as { worker: boolean }).worker]
  }
  const incidents = async () => (await openIncidents(database.db)).map(({ name, what }) => `${name}: ${what}`)
  return { service, ended, events, ready, incidents }
}

const eventsOfWorker = (events: string[]) => events.filter((event) => event.startsWith('worker.'))

test('a worker thread that hangs makes the process not ready, then ends it with 1; the next start clears it', async () => {
  const { service, ended, events, ready, incidents } = await startPinged(HANGS)
  await eventually(async () => (await ready())[0] === 200)
  service.kill('SIGCONT')
  await eventually(() => events.includes('worker.silent'))
  expect(await ready()).toEqual([503, false])
  await eventually(async () => (await incidents()).length > 0)
  expect(service.exitCode).toBeNull()
  expect(await ended).toEqual([1, null])
  expect(eventsOfWorker(events)).toEqual(['worker.silent', 'worker.hung'])
  expect(await incidents()).toEqual(['worker: silent'])

  const next = await startPinged()
  expect(await incidents()).toEqual([])
  next.service.kill('SIGTERM')
  expect(await next.ended).toEqual([0, null])
}, 90_000)

test('a worker thread that replies again in time is ready again, and nothing ends', async () => {
  const { service, ended, events, ready, incidents } = await startPinged({ ...HANGS, HANG_MS: '3000' })
  service.kill('SIGCONT')
  await eventually(() => events.includes('worker.silent'))
  await eventually(async () => (await ready())[0] === 200 && (await incidents()).length === 0)
  expect(eventsOfWorker(events)).toEqual(['worker.silent', 'worker.replied'])
  service.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
}, 90_000)

test('a process that was suspended for longer than the limit continues', async () => {
  const { service, ended, events, ready } = await startPinged()
  service.kill('SIGSTOP')
  await sleep(HUNG_AFTER_MS + 1500)
  service.kill('SIGCONT')
  await sleep(SOME_PINGS_MS)
  await eventually(async () => (await ready())[0] === 200)
  // On a busy machine the thread may be silent for a while, but it is not hung.
  expect(events).not.toContain('worker.hung')
  expect(service.exitCode).toBeNull()
  service.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
}, 90_000)
