import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { SMTPServer } from 'smtp-server'
import { afterEach, expect, test } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import {
  freePort,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/core/database/embedded-postgres.ts'
import { countRunningProcesses } from '../../src/core/database/process-lock.ts'
import { addQueue, buildDeps } from '../../src/core/deps.ts'
import { openLog } from '../../src/core/log.ts'
import { FEATURES } from '../../src/features/index.ts'
import { startService } from '../../src/service/service.ts'
import { useDatabase } from '../support/database.ts'
import { runProgram, startProgram } from '../support/processes.ts'
import { startSmtpSink } from '../support/smtp-sink.ts'
import { eventually } from '../support/until.ts'

const database = useDatabase()
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

/** An SMTP server that replies to the final dot only after a call. */
async function startSlowSink() {
  const arrived = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, _session, answer) {
      stream.resume()
      stream.on('end', async () => {
        arrived.resolve()
        await release.promise
        answer()
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const { port } = server.server.address() as { port: number }
  return { url: `smtp://127.0.0.1:${port}`, arrived: arrived.promise, release: release.resolve }
}

test('SIGTERM finishes and records an email in flight, next to a request that never ends', async () => {
  const sink = await startSlowSink()
  const port = await freePort()
  const settings = {
    DATABASE_URL: database.url,
    SMTP_URL: sink.url,
    PORT: String(port),
    HF_URL: 'http://127.0.0.1:1',
  }
  const service = startProgram(['src/main.ts', '--roles', 'web,worker'], settings)
  const ended = once(service, 'exit')
  const site = `http://127.0.0.1:${port}`
  await eventually(async () => (await fetch(`${site}/ready`)).ok)
  await fetch(`${site}/subscribe`, {
    method: 'POST',
    body: new URLSearchParams({ email: 'ann@reader.example' }),
    redirect: 'manual',
  })
  const slow = connect(port, '127.0.0.1').on('error', () => {})
  cleanups.push(() => slow.destroy())
  slow.write(
    'POST /subscribe HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nemail=a',
  )
  await sink.arrived

  service.kill('SIGTERM')
  sink.release()
  expect(await ended).toEqual([0, null])
  expect(await database.db.acceptance.count()).toBe(1)
}, 45_000)

/** A process with the roles web and worker, its log, and an SMTP server that accepts what it sends. */
async function startWebAndWorker(settings: Record<string, string> = {}) {
  const sink = await startSmtpSink()
  const port = await freePort()
  const service = startProgram(['src/main.ts', '--roles', 'web,worker'], {
    DATABASE_URL: database.url,
    SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
    PORT: String(port),
    HF_URL: 'http://127.0.0.1:1',
    LOG_LEVEL: 'info',
    ...settings,
  })
  const ended = once(service, 'exit')
  cleanups.push(sink.close, () => service.kill('SIGKILL'))
  const lines: string[] = []
  createInterface({ input: service.stderr! }).on('line', (line) => lines.push(line))
  const logged = () => lines.map((line) => JSON.parse(line) as { event: string; what?: string })
  await eventually(() => logged().some(({ event }) => event === 'service.started'), { seconds: 60 })
  return { site: `http://127.0.0.1:${port}`, sink, service, ended, logged }
}

test('web and worker in one process have one log, one running process, and metrics of both threads', async () => {
  const now = '2031-05-05T08:00:00Z'
  const { site, sink, service, ended, logged } = await startWebAndWorker({ CLOCK_NOW: now })
  await fetch(`${site}/subscribe`, {
    method: 'POST',
    body: new URLSearchParams({ email: 'bea@reader.example' }),
    redirect: 'manual',
  })
  await eventually(() => sink.accepted.length > 0)
  const metrics = await eventually(async () => {
    const text = await (await fetch(`${site}/metrics`)).text()
    return /mails_total\{lane="transactional",outcome="accepted"\} 1$/m.test(text) && text
  })
  expect(metrics.match(/^# TYPE process_cpu_seconds_total/gm)).toHaveLength(1)
  expect(await countRunningProcesses(database.db)).toBe(1)
  const [acceptance] = await database.db.acceptance.findMany({ where: { at: { gt: new Date(now) } } })
  expect(acceptance!.at.getTime() - Date.parse(now)).toBeLessThan(120_000)
  service.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  const events = logged().map(({ event }) => event)
  expect(events.filter((event) => event.startsWith('service.'))).toEqual([
    'service.started',
    'service.stopping',
    'service.stopped',
  ])
  expect(events).toContain('message.accepted')
}, 90_000)

test('a worker thread that crashes ends the whole process with a failure', async () => {
  const broken = new URL('../support/break-worker-thread.ts', import.meta.url).href
  const { service, ended, logged } = await startWebAndWorker({ NODE_OPTIONS: `--import=${broken}` })
  service.kill('SIGCONT')
  expect(await ended).toEqual([1, null])
  const crashes = logged().filter(({ event }) => event === 'service.crashed')
  expect(crashes.map(({ what }) => what?.split('\n')[0])).toEqual([
    'Error: broken on purpose',
    'Error: the worker thread ended with exit code 1',
  ])
}, 90_000)

test('a restart of the database ends no process: it responds again, and logs again that it runs', async () => {
  const port = await freePort()
  const settings = { DATABASE_URL: database.url, PORT: String(port), HF_URL: 'http://127.0.0.1:1' }
  const service = startProgram(['src/main.ts'], settings)
  cleanups.push(() => service.kill('SIGKILL'))
  const isReady = async () => (await fetch(`http://127.0.0.1:${port}/ready`)).ok
  const cut = () => database.db.$queryRaw`
    select count(pg_terminate_backend(pid)) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`
  await eventually(isReady)
  for (let times = 0; times < 2; times++) {
    await cut()
    await eventually(async () => service.exitCode !== null || isReady())
    expect([service.exitCode, service.signalCode]).toEqual([null, null])
  }
})

async function startWithEmbeddedPostgres() {
  const DATA_DIR = mkdtempSync(join(tmpdir(), 'killed-postgres-'))
  chmodSync(DATA_DIR, 0o755)
  const data = join(DATA_DIR, 'postgres')
  const running = await startWebAndWorker({ DATABASE_URL: 'embedded', DATA_DIR })
  cleanups.push(
    () => removeEmbeddedPostgres(data),
    () => rmSync(DATA_DIR, { recursive: true }),
  )
  const lockLine = (n: number) => Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[n])
  return { ...running, data, serverPid: () => lockLine(0), serverPort: () => lockLine(3) }
}

test('an embedded Postgres that is killed is started again, and no process ends', async () => {
  const { site, service, serverPid } = await startWithEmbeddedPostgres()
  const isReady = async () => (await fetch(`${site}/ready`)).ok
  const killed = serverPid()
  process.kill(killed, 'SIGKILL')
  await eventually(async () => serverPid() !== killed && isReady(), { seconds: 60 })
  expect([service.exitCode, service.signalCode]).toEqual([null, null])
}, 90_000)

test('a service whose embedded Postgres has another port ends, so that it is started again', async () => {
  const { data, ended, logged, serverPid, serverPort } = await startWithEmbeddedPostgres()
  const port = serverPort()
  process.kill(serverPid(), 'SIGKILL')
  const other = createServer()
  await eventually(
    () =>
      new Promise<boolean>((resolve, reject) =>
        other.once('error', reject).listen(port, '127.0.0.1', () => resolve(true)),
      ),
  )
  await startEmbeddedPostgres(data)
  expect(serverPort()).not.toBe(port)
  other.close()
  expect(await ended).toEqual([1, null])
  expect(logged().find(({ event }) => event === 'service.crashed')?.what).toContain(
    `has port ${serverPort()} now`,
  )
}, 90_000)

test('a nudge that fails is logged with its code, without an address', async () => {
  const lines: string[] = []
  const log = openLog('error', { write: (line) => lines.push(line) })
  const config = readConfig({ DATABASE_URL: database.url })
  const service = await startService(config, ['worker'], { features: FEATURES, log })
  cleanups.push(service.stop)
  await database.db.$executeRawUnsafe('alter table plan rename to plan_away')
  cleanups.unshift(() => database.db.$executeRawUnsafe('alter table plan_away rename to plan'))
  await service.deps.queue.nudge('plan')
  // Pruning, too, fails without the table.
  const ofPlan = () => lines.find((line) => /"nudge.failed".*"nudge":"plan"/.test(line))
  await eventually(async () => ofPlan() !== undefined)
  expect(JSON.parse(ofPlan()!).code).toBe('unexpected')
})

test('a worker compiles the queries of an older grammar when it starts', async () => {
  await database.db.query.create({ data: { text: '2507.06457', tree: {}, grammar: 0 } })
  const config = readConfig({ DATABASE_URL: database.url })
  const service = await startService(config, ['worker'], { features: FEATURES, log: openLog('silent') })
  cleanups.push(service.stop)
  await expect.poll(() => database.db.query.count({ where: { grammar: { gt: 0 } } })).toBe(1)
})

test('SIGTERM stops the worker within seconds while the source does not respond', async () => {
  const settings = { DATABASE_URL: database.url, HF_URL: 'http://127.0.0.1:1', PORT: '0', LOG_LEVEL: 'info' }
  const service = startProgram(['src/main.ts', '--roles', 'worker'], settings)
  const ended = once(service, 'exit')
  const log: string[] = []
  service.stderr!.on('data', (data) => log.push(String(data)))
  await eventually(async () => log.join('').includes('service.started'))
  const { deps, close } = await addQueue(await buildDeps(readConfig(settings), { log: openLog('silent') }))
  cleanups.push(close)
  await deps.queue.nudge('ingest')
  await eventually(async () => log.join('').includes('source.retried'))
  service.kill('SIGTERM')
  const begun = performance.now()
  expect(await ended).toEqual([0, null])
  expect(performance.now() - begun).toBeLessThan(10_000)
}, 45_000)

test.each(['worker', 'schedule'] as const)('a key that cannot sign stops the start as %s', async (role) => {
  const folder = mkdtempSync(join(tmpdir(), 'bad-key-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'key')
  writeFileSync(file, 'no key')
  const dkim = { DKIM_DOMAIN: 'papers.example', DKIM_SELECTOR: 's1', DKIM_KEY_FILE: file }
  const settings = { DATABASE_URL: database.url, ...dkim }
  const { code, stderr } = await runProgram(['src/main.ts', '--roles', role], settings)
  expect(code).not.toBe(0)
  expect(stderr).toContain('DKIM')
})
