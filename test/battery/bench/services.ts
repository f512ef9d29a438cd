import type { ChildProcess } from 'node:child_process'
import type { Role } from '../../../src/service/service.ts'
import { eventually } from '../../support/until.ts'
import { type Bench, exitOf } from './delivery-bench.ts'
import { programWith, type WrongPart } from './wrong-part.ts'

/** A process of the real service. */
export interface ServiceProcess {
  child: ChildProcess
  roles: readonly Role[]
  /** The events that it logged, in order. */
  logged: LogLine[]
  /** Resolves once it has started. Throws if it ends before. */
  started: Promise<unknown>
}

interface LogLine {
  event: string
  /** By this process's clock, milliseconds since the epoch; `time` is the time that the service logged. */
  seenAt: number
  [field: string]: unknown
}

export interface ServiceOptions {
  roles: readonly Role[]
  /** The time of its clock when it starts. */
  now: Date
  settings?: Record<string, string>
  part?: WrongPart
}

/** Only ends a start that hangs: a start takes seconds, on a busy machine more than a minute. */
const MAX_START_SECONDS = 240

/** No source is fetched: the papers are in the database. */
const NO_SOURCE = 'http://127.0.0.1:1'

/** Starts a process of the real service on a bench. Returns at once. */
export function beginService(bench: Bench, { roles, now, settings, part }: ServiceOptions): ServiceProcess {
  const logged: LogLine[] = []
  const child = bench.begin(
    [...programWith(part, 'src/main.ts'), '--roles', roles.join(',')],
    { ...bench.settings, LOG_LEVEL: 'info', HF_URL: NO_SOURCE, CLOCK_NOW: now.toISOString(), ...settings },
    (line) => logged.push(read(line)),
  )
  const hasStarted = () => logged.some(({ event }) => event === 'service.started')
  const started = eventually(() => child.exitCode !== null || child.signalCode !== null || hasStarted(), {
    seconds: MAX_START_SECONDS,
  })
  started.catch(() => {})
  return { child, roles, logged, started }
}

/** A line that is not JSON is an event, too. */
function read(line: string): LogLine {
  try {
    const { event = 'unknown', ...fields } = JSON.parse(line)
    return { ...fields, event, seenAt: Date.now() }
  } catch {
    return { event: line, seenAt: Date.now() }
  }
}

/** Sends SIGTERM once it has started; returns its exit code. */
export async function endService({ child, started }: ServiceProcess): Promise<number | null> {
  await started
  child.kill('SIGTERM')
  return exitOf(child)
}
