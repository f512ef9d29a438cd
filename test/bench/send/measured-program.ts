// The child's side of run-measured.ts.
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { monotonicMs } from '../../../src/core/clock.ts'

/** What a program does while it is measured, and how much it did. */
export interface Work {
  run(): Promise<Done>
  close?(): Promise<unknown>
}

export interface Done {
  emails: number
  /** Of one email, in the mean. */
  bytes?: number
  /** If not all of the time counts. */
  seconds?: number
  /** Until the first was accepted. */
  firstSeconds?: number
}

/** What the child sends when its work is done. */
export interface Reported extends Done {
  seconds: number
  cpuSeconds: number
  peakMegabytes: number
}

/** Prepares with the input that the parent gave, waits for its "go", works, and reports what that took. */
export async function measuredProgram<Input>(prepare: (input: Input) => Promise<Work>): Promise<void> {
  const { input, profile } = JSON.parse(process.argv[2]!) as { input: Input; profile?: string }
  const { run, close } = await prepare(input)
  process.send!('ready')
  await once(process, 'message')
  const writeProfile = profile && (await startProfile(profile))
  const [since, cpu] = [monotonicMs(), process.cpuUsage()]
  const done = await run()
  const seconds = (monotonicMs() - since) / 1000
  const { user, system } = process.cpuUsage(cpu)
  if (writeProfile) await writeProfile()
  const reported: Reported = {
    ...{ seconds, ...done },
    ...{ cpuSeconds: (user + system) / 1e6, peakMegabytes: process.resourceUsage().maxRSS / 1024 },
  }
  process.send!(reported)
  await close?.()
  process.disconnect()
}

async function startProfile(file: string): Promise<() => Promise<void>> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.start')
  return async () => {
    const { profile } = await session.post('Profiler.stop')
    writeFileSync(file, JSON.stringify(profile))
  }
}
