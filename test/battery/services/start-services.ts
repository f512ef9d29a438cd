import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { countRunningProcesses } from '../../../src/core/database/process-lock.ts'
import { silentLog } from '../../../src/core/log.ts'
import { openQueue } from '../../../src/core/queue.ts'
import { runCliProcess } from '../../support/processes.ts'
import type { Bench } from '../bench/delivery-bench.ts'

const LOOK_AGAIN_MS = 50

export async function until(condition: () => Promise<boolean> | boolean, withinMs: number): Promise<boolean> {
  for (const end = performance.now() + withinMs; performance.now() < end; ) {
    if (await condition()) return true
    await sleep(LOOK_AGAIN_MS)
  }
  return false
}

/** Creates the schema for processes of the real service, with the tables of its queue. */
export async function prepareServices({ settings }: Bench): Promise<void> {
  const { code, stderr } = await runCliProcess(['db', 'migrate'], settings)
  if (code !== 0) throw new Error(`db migrate: ${stderr}`)
}

/** A start takes some seconds, on a busy machine with two slow processors almost a minute. */
const MAX_START_MS = 120_000
/** The URL of a source that does not exist. */
const NOWHERE = 'http://127.0.0.1:1'

/** Resolves once that many more services run. */
export async function startServices(
  bench: Bench,
  count: number,
  { roles = 'worker', settings = {} }: { roles?: string; settings?: Record<string, string> } = {},
): Promise<ChildProcess[]> {
  const before = await countRunningProcesses(bench.db)
  const args = ['src/main.ts', '--roles', roles]
  const all = { ...bench.settings, HF_URL: NOWHERE, ...settings }
  const services = Array.from({ length: count }, () => bench.begin(args, all))
  const ended = () => services.find(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null)
  const areUp = async () => (await countRunningProcesses(bench.db)) >= before + count
  await until(async () => ended() !== undefined || (await areUp()), MAX_START_MS)
  const gone = ended()
  if (gone) throw new Error(`a service ended with ${gone.exitCode ?? gone.signalCode} before it began`)
  if (!(await areUp())) throw new Error(`${count} services did not start`)
  return services
}

/** Nudges regularly, as ticks do, so that idle workers look for work. */
export async function nudgeEach(bench: Bench, everyMs: number): Promise<{ stop(): Promise<void> }> {
  const queue = await openQueue(bench.databaseUrl, silentLog)
  await queue.nudge('drain-bulk')
  const timer = setInterval(() => queue.nudge('drain-bulk').catch(() => {}), everyMs)
  return {
    stop: async () => {
      clearInterval(timer)
      await queue.stop()
    },
  }
}
