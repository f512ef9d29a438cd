import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

export interface Ran {
  code: number
  stdout: string
  stderr: string
}

/** Runs a program to its end; `input` goes to its standard input. When `signal` aborts, ends the program, then rejects. */
export async function run(
  [program = '', ...args]: string[],
  options: { cwd?: string; env?: Record<string, string>; input?: string; signal?: AbortSignal } = {},
): Promise<Ran> {
  const { cwd, env, input, signal } = options
  // Otherwise Node starts the program, and ends it a moment later.
  signal?.throwIfAborted()
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, signal })
  child.stdin.on('error', () => {}) // it may end without reading
  child.stdin.end(input)
  const ended = new Promise<number>((resolve, reject) => {
    let failure: Error | undefined
    child.on('error', (error) => {
      failure = error
    })
    child.on('close', (code) => (failure ? reject(failure) : resolve(code ?? 1)))
  })
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr }
}

export interface Compose {
  /** `docker compose …`; throws where it fails. */
  run(args: string[], input?: string, env?: Record<string, string>): Promise<string>
  /** `daily-papers …` in a container of its own, beside the service; `now`: what its clock begins with. */
  command(args: string[], options?: CommandOptions): Promise<Ran>
  /** Removes all containers and volumes, also after the abort. */
  down(): Promise<void>
}

interface CommandOptions {
  now?: Date
  /** Folders or files of this machine: "/here:/there". */
  volumes?: string[]
  env?: Record<string, string>
}

/** The compose project of a clone, under a name of its own. When `signal` aborts, its commands end and none starts any more. */
export function openCompose(clone: string, project: string, files: string[], signal?: AbortSignal): Compose {
  const base = [
    'docker',
    'compose',
    '-p',
    project,
    '--progress',
    'quiet',
    ...files.flatMap((file) => ['-f', file]),
  ]
  const started: Promise<Ran>[] = []
  const start = (args: string[], options: { input?: string; env?: Record<string, string> } = {}) => {
    const ran = run([...base, ...args], { ...options, cwd: clone, signal })
    started.push(ran)
    return ran
  }
  return {
    run: async (args, input, env) => {
      const { code, stdout, stderr } = await start(args, { input, env })
      if (code !== 0) throw new Error(`docker compose ${args.join(' ')}: exit ${code}\n${stderr || stdout}`)
      return stdout
    },
    command: (args, { now, volumes = [], env = {} } = {}) => {
      // A clock of the past is no setting of production.
      const clock = now && { NODE_ENV: 'replay', CLOCK_NOW: now.toISOString() }
      const settings = Object.entries({ ...clock, ...env }).flatMap(([name, value]) => [
        '-e',
        `${name}=${value}`,
      ])
      const mounts = volumes.flatMap((volume) => ['-v', volume])
      return start(['run', '--rm', '-T', ...settings, ...mounts, 'app', 'daily-papers', ...args])
    },
    down: async () => {
      await Promise.allSettled(started) // a command that is still ending could create a container
      const args = ['down', '--volumes', '--remove-orphans', '--timeout', '20']
      const { code, stderr } = await run([...base, ...args], { cwd: clone })
      if (code !== 0) throw new Error(`docker compose down: exit ${code}\n${stderr}`)
    },
  }
}
