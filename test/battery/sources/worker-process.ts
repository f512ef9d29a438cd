import { fork } from 'node:child_process'
import { resolve } from 'node:path'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import type { Done, Order } from './worker.ts'

export interface WorkerProcess {
  /** Resolves once all of it is done. Rejects where the process ends. */
  work(order: Order): Promise<Done>
  stop(): void
}

/** As on a small machine: without a limit Node.js takes what it finds before it looks for what is no longer used. */
const SMALL = ['--max-old-space-size=96', '--max-semi-space-size=8']

const root = resolve(import.meta.dirname, '../../..')

/** A process that does the service's work, or does it with a wrong part. */
export async function startWorkerProcess(
  settings: Record<string, string>,
  wrong?: WrongPart,
): Promise<WorkerProcess> {
  const [file = '', ...args] = programWith(wrong, 'test/battery/sources/worker.ts')
  const child = fork(resolve(root, file), args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LOG_LEVEL: 'fatal', ...settings },
    execArgv: ['--disable-warning=ExperimentalWarning', ...SMALL],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  // Writing to a process that has ended fails here; its end is handled below.
  child.on('error', () => {})
  const ended = new Promise<never>((_, failed) => {
    child.once('exit', (code, signal) => failed(new Error(`a worker ended (${signal ?? code})`)))
  })
  ended.catch(() => {})
  const answer = () =>
    Promise.race([ended, new Promise<unknown>((done) => child.once('message', (said) => done(said)))])
  await answer()
  return {
    work: async (order) => {
      if (child.connected) child.send(order)
      return (await answer()) as Done
    },
    stop: () => {
      if (child.connected) child.disconnect()
    },
  }
}
