import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { programWith, type WrongPart } from './wrong-part.ts'

export type Phase = 'tick' | 'plan' | 'deliver'

export interface Order {
  now: string
  phase: Phase
}

/** What a phase returned, or why it failed. */
export type Reply = { value: unknown } | { error: string }

/** Processes whose clock the parent moves. */
export interface ClockedProcesses {
  /** All of them run the phase at that time, at once. */
  all(phase: Phase, now: Date): Promise<Reply[]>
  end(): void
}

const root = resolve(import.meta.dirname, '../../..')

export async function startClockedProcesses(
  many: number,
  settings: Record<string, string>,
  part?: WrongPart,
): Promise<ClockedProcesses> {
  const [file = '', ...args] = programWith(part, 'test/battery/bench/ticking-worker.ts')
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env
  const env = { PATH, HOME, NODE_COMPILE_CACHE, LOG_LEVEL: 'error', ...settings }
  const processes = Array.from({ length: many }, () =>
    fork(resolve(root, file), args, {
      cwd: root,
      env,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    }),
  )
  await Promise.all(processes.map(messageOf))
  return {
    all: (phase, now) =>
      Promise.all(
        processes.map((one) => {
          const reply = messageOf(one)
          one.send({ now: now.toISOString(), phase } satisfies Order)
          return reply as Promise<Reply>
        }),
      ),
    end: () => {
      for (const one of processes) if (one.connected) one.disconnect()
    },
  }
}

/** The next message of a process. Throws if it ends before. */
async function messageOf(one: ChildProcess): Promise<unknown> {
  const ended = new AbortController()
  const { signal } = ended
  const exit = once(one, 'exit', { signal }).then(() => {
    throw new Error('a process ended in the middle of its work')
  })
  try {
    const [message] = await Promise.race([once(one, 'message', { signal }), exit])
    return message
  } finally {
    exit.catch(() => {})
    ended.abort()
  }
}
