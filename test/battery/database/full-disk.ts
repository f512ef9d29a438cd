import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../../src/core/database/embedded-postgres.ts'
import { startProgram } from '../../support/processes.ts'
import { eventually } from '../../support/until.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { COMPOSING } from '../bench/bulk-emails.ts'
import { type Bench, withBench } from '../bench/delivery-bench.ts'
import { addDigests } from './digests.ts'
import { isSound, judge, judgementInWords, observe } from './observer.ts'
import { doMoreArrive, getsDone, isAlive, SERVER, whileNudged } from './running.ts'
import { type Server, serverOf } from './server.ts'
import { type SmallDisk, withSmallDisk } from './small-disk.ts'

const DISK_MB = 192
const CONNECTIONS = 8
const EMAILS_EACH = 250
const TIMES: Record<Profile, number> = { ci: 1, nightly: 3 }

/** A service whose log is on the same small disk, and the URL that says whether it is ready. */
async function startOn(disk: SmallDisk, bench: Bench) {
  const port = await freePort()
  const log = join(disk.folder, 'log')
  const file = openSync(log, 'a')
  const settings = { ...bench.settings, PORT: String(port), LOG_LEVEL: 'info' }
  const service = startProgram(['src/main.ts', '--roles', 'web,worker'], settings, undefined, file)
  closeSync(file)
  const readiness = () =>
    fetch(`http://127.0.0.1:${port}/ready`).then(
      ({ status }) => status,
      () => 0,
    )
  await eventually(async () => (await readiness()) === 200)
  return { service, readiness, log: () => readFileSync(log, 'utf8') }
}

const MAX_SEGMENTS = 40

/** Fills the disk: nothing that needs a new page is written; when it needs a new segment of its log, Postgres stops. */
async function crash({ db }: Bench, server: Server): Promise<void> {
  for (let segment = 0; segment < MAX_SEGMENTS && server.runs(); segment++) {
    await db.$queryRaw`select pg_logical_emit_message(false, 'battery', 'a segment more'), pg_switch_wal()::text`
      .then(() => sleep(50))
      .catch(() => sleep(500))
  }
  await eventually(() => !server.runs(), { seconds: 10 })
}

/** Resolves to true if no email arrives for a while. */
async function stopsSending({ arrived }: Bench): Promise<boolean> {
  for (const end = performance.now() + 20_000; performance.now() < end; )
    if (!(await doMoreArrive(arrived, 1, 1500))) return true
  return false
}

interface Seen {
  stopped: number
  notReady: number
  resumed: number
}

async function fillUp(
  bench: Bench,
  disk: SmallDisk,
  { server, readiness }: { server: Server; readiness: () => Promise<number> },
): Promise<Seen> {
  const free = disk.fill()
  try {
    const stopped = await stopsSending(bench)
    const onFullDisk = await readiness()
    await crash(bench, server)
    const onNoServer = await readiness()
    free()
    if (!server.runs()) await server.restart()
    const resumed = await doMoreArrive(bench.arrived, 20, 30_000)
    const isReady = await eventually(async () => (await readiness()) === 200)
    return {
      stopped: Number(stopped),
      notReady: Number(onFullDisk === 503 && onNoServer === 503),
      resumed: Number(resumed && isReady),
    }
  } finally {
    free()
  }
}

async function runFull(disk: SmallDisk, bench: Bench, times: number) {
  const { service, readiness, log } = await startOn(disk, bench)
  try {
    await observe(bench.db)
    await addDigests(bench.db, (times + 1) * EMAILS_EACH)
    const server = await serverOf(bench.db)
    const seen: Seen[] = []
    const isDone = await whileNudged(bench, async () => {
      for (let time = 0; time < times; time++) {
        await doMoreArrive(bench.arrived, 30)
        seen.push(await fillUp(bench, disk, { server, readiness }))
      }
      return getsDone(bench.db, bench.arrived)
    })
    const found = await judge(bench.db, [{ pid: service.pid!, arrived: bench.arrived() }])
    const logsAgain = log().trimEnd().endsWith('}')
    return { found, seen, alive: isDone && isAlive(service) && logsAgain }
  } finally {
    await end(service)
  }
}

async function end(service: ChildProcess): Promise<void> {
  service.kill('SIGKILL')
  while (isAlive(service)) await sleep(20)
}

export const fullDisk: BatteryCase = {
  name: 'full-disk',
  fault: 'the disk of Postgres and of the log is full; Postgres stops, and is started again with free space',
  invariant:
    'sending stops, /ready returns 503, no email without a recorded claim; each 250 is recorded later; lost 0, duplicates ≤ connections × times; the same process continues',
  run: (profile) =>
    withSmallDisk(DISK_MB, (disk) => {
      const times = TIMES[profile]
      const ownServer = join(disk.folder, 'data')
      const options = {
        emails: 0,
        connections: CONNECTIONS,
        sink: SERVER,
        settings: COMPOSING,
        ownServer,
      }
      return withBench(options, async (bench) => {
        const { found, seen, alive } = await runFull(disk, bench, times)
        const count = (what: keyof Seen) => seen.reduce((sum, one) => sum + one[what], 0)
        const [stopped, notReady, resumed] = [count('stopped'), count('notReady'), count('resumed')]
        const most = CONNECTIONS * times
        return {
          ok: alive && stopped + notReady + resumed === 3 * times && isSound(found) && found.doubles <= most,
          n: `${(times + 1) * EMAILS_EACH} emails, ${times} times full, ${DISK_MB} MB`,
          result: `${alive ? 'one process' : 'THE PROCESS DID NOT CONTINUE'}, stopped ${stopped}, 503 ${notReady}, resumed ${resumed}; ${judgementInWords(found, most)}`,
        }
      })
    }),
}
