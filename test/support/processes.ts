import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'

const root = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)
const FLAGS = ['--disable-warning=ExperimentalWarning']

export interface Finished {
  code: number
  stdout: string
  stderr: string
}

/** The environment of a program: none of this shell's settings (vitest itself sets BASE_URL). */
const environment = (settings: Record<string, string>): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  ...(process.env.NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }),
  LOG_LEVEL: 'error',
  ...settings,
})

/** Runs one of our TypeScript programs to its end, in `cwd` (this repository unless said otherwise). */
export async function runProgram(
  args: string[],
  settings: Record<string, string> = {},
  cwd: string = root,
): Promise<Finished> {
  const [file = '', ...rest] = args
  try {
    const { stdout, stderr } = await run(process.execPath, [...FLAGS, resolve(root, file), ...rest], {
      cwd,
      env: environment(settings),
      maxBuffer: 64 * 1024 * 1024,
    })
    return { code: 0, stdout, stderr }
  } catch (error) {
    const {
      code,
      stdout = '',
      stderr = '',
    } = error as { code?: number | string; stdout?: string; stderr?: string }
    if (typeof code !== 'number') throw error
    return { code, stdout, stderr }
  }
}

/** The operator's command line as a process: runCliProcess(['papers', 'list'], { DATABASE_URL }). See also `runCli`. */
export const runCliProcess = (
  args: string[],
  settings: Record<string, string> = {},
  cwd?: string,
): Promise<Finished> => runProgram(['src/cli.ts', ...args], settings, cwd)

/** Starts one of our programs and leaves it running; end it by its own pid. `stderr` may be an open file. */
export function startProgram(
  args: string[],
  settings: Record<string, string> = {},
  cwd: string = root,
  stderr: 'pipe' | number = 'pipe',
): ChildProcess {
  const [file = '', ...rest] = args
  return spawn(process.execPath, [...FLAGS, resolve(root, file), ...rest], {
    cwd,
    env: environment(settings),
    stdio: ['ignore', 'pipe', stderr],
  })
}
